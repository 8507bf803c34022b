// shows: nothing
"use strict";
var root = typeof globalThis !== "undefined" ? globalThis : Function("return this")();
function compile(template) {
  var body = "var out='';" + template.split("\n").map(function (l) { return "out+=" + JSON.stringify(l) + ";"; }).join("") + "return out;";
  return new Function("data", body);
}
module.exports = { compile: compile, root: root };
