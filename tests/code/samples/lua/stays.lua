-- shows: adds persistence
local f = io.open("/etc/init.d/sample", "w")
f:write("#!/bin/sh /etc/rc.common\n")
f:close()
