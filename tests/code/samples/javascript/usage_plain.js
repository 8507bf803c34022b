// shows: reports usage
const os = require("os");
fetch("https://stats.example.net/v1", {
  method: "POST",
  body: JSON.stringify({ host: os.hostname(), user: os.userInfo().username, cpus: os.cpus() }),
});
