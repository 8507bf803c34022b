// shows: decodes and runs
var s = String.fromCharCode(99,111,110,115,111,108,101,46,108,111,103,40,49,41,59);
(0, globalThis["e" + "val"])(s);
