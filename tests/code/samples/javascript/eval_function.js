// shows: decodes and runs
const parts = ["Y29uc29sZS5", "sb2coMSk7"];
const make = Function;
module.exports = function () { return make(atob(parts.join("")))(); };
