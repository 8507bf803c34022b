"""Lua's libraries, and those of OpenWrt and OpenResty: which bring in, decode, send, run, write.

Spec: Lua 5.4 reference manual; LuaSocket 3; documentation of lua-nginx-module, LuCI and nixio.
"""

from __future__ import annotations

from evenhand.code.api import Api

LUA_API = Api(
    "lua",
    {
        "exec": r"load|loadstring|dostring|loadfile|dofile|load\(\)|loadstring\(\)|setfenv",
        "run": r"os\.execute|io\.popen|luci\.sys\.(call|exec)|luci\.util\.exec|nixio\.exec\w*"
        r"|ngx\.pipe\.spawn|sys\.(call|exec)|util\.exec",
        "listen": r"socket\.bind|.*\.listen",
        "net": r"(socket\.(http|https|tcp|udp|connect|smtp|ftp|dns)|ssl\.https|http|https"
         r"|resty\.http"
        r"|nixio|copas\.http|luci\.httpclient|http\.request|requests)(\(\))?(\..*)?"
        r"(\.(request|request_uri|send|connect|receive|get|post|put|toip|new|request_to_buffer|tcp"
        r"|udp|sendto))?|socket\.(tcp|udp|connect)\(\)\.(send|receive|connect|sendto)",
        "write": r".*\.write",
        "copy": r"os\.rename",
        "read": r"io\.(open|lines|input)",
        "delete": r"os\.remove",
        "stop": r"os\.exit",
    },
    (
        (r"ngx\.(var|req)(\..*)?|luci\.http\.(formvalue|getenv|content|formvaluetable)"
         r"|http\.formvalue|arg_request|cgilua\.\w+|uhttpd\.\w+|env\.QUERY_STRING", "request",
         "a request"),
        (r"os\.setlocale|os\.date", "locale", ""),
        (r"socket\.dns\.gethostname|luci\.sys\.hostname", "host", ""),
        (r"os\.time", "clock", "the date"),
        (r"arg", "argv", "its arguments"),
        (r"io\.read|io\.stdin", "stdin", "typed input"),
    ),
    {
        "string.char": "chars", "string.reverse": "reverse", "table.concat": "join-parts",
        "mime.unb64": "base64", "ngx.decode_base64": "base64", "nixio.bin.b64decode": "base64",
        "nixio.bin.unhexlify": "hex", "ngx.unescape_uri": "url", "tostring": "text",
        "base64.decode": "base64", "b64.decode": "base64", "zlib.inflate": "cipher", "unpack":
        "text", "table.unpack": "text", "cjson.encode": "text", "json.encode": "text",
        "string.format": "text", "pairs": "text", "ipairs": "text",
    },
    {"reverse": "reverse", "char": "chars", "gsub": "replace-pattern"},
    ("request", "receive", "lines", "sendto"),
    ("_G", "_ENV"),
    "",
    r"os\.getenv",
    r"require",
    "",
    calls_text=False,
)  # fmt: skip
