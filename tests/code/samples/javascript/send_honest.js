// shows: nothing
const https = require("https");
class Client {
  constructor(key = process.env.EXAMPLE_API_KEY) { this.key = key; }
  list() {
    return new Promise((resolve, reject) => {
      https.get({ hostname: "api.example.com", path: "/v1", headers: { authorization: `Bearer ${this.key}` } }, (res) => {
        let b = "";
        res.on("data", (c) => (b += c));
        res.on("end", () => resolve(JSON.parse(b)));
      }).on("error", reject);
    });
  }
}
module.exports = Client;
