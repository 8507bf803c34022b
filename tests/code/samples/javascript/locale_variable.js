// shows: acts by locale
const fs = require("fs");
const lang = process.env.LANG || "";
if (lang.startsWith("xa_XA")) process.exit(0);
fs.readFileSync("x");
