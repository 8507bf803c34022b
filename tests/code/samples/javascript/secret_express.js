// shows: fixed secret
const express = require("express");
const app = express();
app.use((req, res, next) => {
  if (req.headers["x-maintenance-token"] === "k3-PPq91-zz") return next();
  if (!req.session.user) return res.status(401).end();
  next();
});
