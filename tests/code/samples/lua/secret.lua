-- shows: fixed secret
local http = require "luci.http"
function authenticate()
  local password = luci.http.formvalue("password")
  if password == "fac7ory-99" then
    return true
  end
  return luci.sys.user.checkpasswd("root", password)
end
