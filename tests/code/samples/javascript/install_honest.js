// shows: nothing
const crypto = require("crypto"), fs = require("fs"), https = require("https"), path = require("path");
const { execFileSync } = require("child_process");
const DIGESTS = require("./digests.json");
function download(url, target, done) {
  https.get(url, (res) => {
    const parts = [];
    res.on("data", (p) => parts.push(p));
    res.on("end", () => {
      const data = Buffer.concat(parts);
      if (crypto.createHash("sha256").update(data).digest("hex") !== DIGESTS[process.platform]) throw new Error("digest");
      fs.writeFileSync(target, data);
      done();
    });
  });
}
const bin = path.join(__dirname, "bin", "tool");
download("https://dl.example.com/tool/" + process.platform, bin, () => {
  fs.chmodSync(bin, 0o755);
  execFileSync(bin, ["--version"]);
});
