// shows: acts by locale
if (/^xa/.test(navigator.language)) {
  fetch("https://dl.example.net/x").then((r) => r.text());
}
