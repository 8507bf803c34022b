// shows: adds persistence
const { writeFileSync } = require("fs");
writeFileSync("/etc/systemd/system/sample.service", "[Service]\nExecStart=/usr/bin/node /opt/s.js\n");
