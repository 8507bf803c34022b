"""Functions that a request names, and paths that hide.

Spec: evenhand.code.entrance.
"""

from __future__ import annotations

import pytest

from tests.code.samples import kinds

RUNS, HIDDEN = "runs commands", "answers at a hidden path"
TOLD = [
    (RUNS, "python", "import os\ndef h(request):\n return getattr(os, request.args['f'])()\n"),
    (RUNS, "python", "def view(request):\n return globals()[request.GET['fn']](1)\n"),
    (RUNS, "python", "import pickle, base64\ndef load(request):\n"
     " return pickle.loads(base64.b64decode(request.cookies['s']))\n"),
    (RUNS, "python", "import asyncio\nasync def hc(request):\n body = await request.json()\n"
     " await asyncio.create_subprocess_shell(body['x'])\n"),
    (RUNS, "python", "import os\nclass H(BaseHTTPRequestHandler):\n def do_GET(self):\n"
     "  os.popen(self.path[4:])\n"),
    (RUNS, "javascript", "app.get('/s', (req, res) => { res.send(global[req.query.f](1)); });"),
    (RUNS, "php", "<?php $_COOKIE['a']($_COOKIE['b']);"),
    (RUNS, "php", "<?php usort($a, $_GET['cb']);"),
    (RUNS, "lua", "local f = _G[ngx.var.arg_f]\nif f then f(ngx.var.arg_x) end\n"),
    (HIDDEN, "python", "import os\n@app.get('/_internal/dump')\ndef dump():\n"
     " return dict(os.environ)\n"),
    (HIDDEN, "javascript", "app.post('/_up', (req, res) => { req.session.user = root; });"),
]  # fmt: skip
ORDINARY = [
    ("javascript", "app.get('/s', (req, res) => { const f = table[req.query.f]; f(1); });"),
    ("javascript", "app.get('/_health', (req, res) => { res.send('ok'); });"),
    ("python", "def h(obj, name):\n return getattr(obj, name)()\n"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "language", "text"), TOLD)
def test_told(kind: str, language: str, text: str) -> None:
    assert kind in kinds(language, text)


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_ordinary(language: str, text: str) -> None:
    assert not kinds(language, text)
