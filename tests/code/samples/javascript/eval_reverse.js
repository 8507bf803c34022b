// shows: decodes and runs
const vm = require("node:vm");
const text = ";)1(gol.elosnoc // a line that is long enough".split("").reverse().join("");
const hex = Buffer.from("636f6e736f6c652e6c6f672831293b", "hex").toString();
vm.runInThisContext(hex);
