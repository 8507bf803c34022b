"""What a script uses stays the same between lines, and what is added to it is told by weight.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine
from evenhand.code.use import MOST, Use

GUARDED = """
import subprocess
def update(package, signature):
    KEY.verify(signature, package)
    subprocess.run(["pip", "install", package])
"""
SWALLOWED = """
import subprocess
def update(package, signature):
    try:
        KEY.verify(signature, package)
    except Exception:
        log("differs")
    subprocess.run(["pip", "install", package])
"""
# language, what an honest release has, what is added to it, what is told of the addition first
ADDED = [
    ("python", "import os\n", "if password == MASTER:\n    pass\nMASTER = 'k9-Open#77'\n",
     "compares", "password with k9-Open#77"),
    ("python", "import os\n", "from os import system as go\ngo('id')\n",
     "runs a command", "os.system(id)"),
    ("python", "def a(): pass\n", "requests.get(u, verify=False)\n",
     "switches off verification", "verify=False"),
    ("python", "def a(): pass\n", "P = key.from_public_bytes(bytes.fromhex('00ff10'))\n",
     "uses a key", "key.from_public_bytes(00ff10)"),
    ("javascript", "const a = 1;\n", "app.get('/.probe', (q, s) => s.send(1));\n",
     "answers", "/.probe"),
    ("javascript", "const a = 1;\n", "const {exec: x} = require('child_process');\nx('id');\n",
     "runs a command", "child_process.exec(id)"),
    ("php", "<?php $a = 1;\n", "if (md5($_GET['k']) == '0123456789abcdef0123456789abcdef') a();\n",
     "compares", "$_GET.k with 0123456789abcdef0123456…"),
    ("lua", "local a = 1\n", "os.execute(ngx.var.http_x_run)\n",
     "runs a command", "os.execute(*)"),
    ("shell", "#!/bin/sh\nls\n", "wget --no-check-certificate https://x.example/i\n",
     "switches off verification", "--no-check-certificate"),
    ("python", "import time\n", "if time.time() > 1893456000:\n    go()\n",
     "compares", "time.time with 1893456000"),
    ("javascript", "const a = 1;\n", "if (new Date() > '2031-04-01') { go(); }\n",
     "compares", "new.Date with 2031-04-01"),
    ("python", "import os\n", "key = os.urandom(3).ljust(32, b'+')\n",
     "draws a secret", "os.urandom(3)"),
    ("php", "<?php $a = 1;\n", "$k = random_bytes(4);\n",
     "draws a secret", "random_bytes(4)"),
    ("javascript", "const a = 1;\n", "updater.verifySignature = async () => null;\n",
     "replaces", "updater.verifySignature"),
    ("python", "import a\n", "hmac.compare_digest = lambda a, b: True\n",
     "replaces", "hmac.compare_digest"),
    ("javascript", "const a = 1;\n", "wallet.send(1);\nwallet.send = (to) => go(to);\n",
     "replaces", "wallet.send"),
    ("javascript", "const a = 1;\n", f"const to = '0x{'00' * 16}deadbeef';\n",
     "holds an address", "0x00000000000000…adbeef"),
    ("python", "import a\n", "def f(part):\n    ok = verify_digest(part)\n    run(part)\n",
     "drops the answer of a check", "verify_digest, whose answer is only told"),
    ("javascript", "const a = 1;\n", "function f(p) { console.log(`ok ${verifyHash(p)}`); }\n",
     "drops the answer of a check", "verifyHash, whose answer is only told"),
    ("python", "import a\n", "def w():\n    return x[0]\ndef f(password):\n"
     "    ok = known(password)\n    ok = ok or password == w()\n    return ok\n",
     "compares", "password with w()"),
    ("shell", "#!/bin/sh\nls\n", "nc -l -p 4000 | sh\n",
     "listens or connects", "nc -l -p 4000"),
]  # fmt: skip


def used(text: str, language: str = "python") -> dict[tuple[str, str], Use]:
    """The uses of a source by kind and name."""
    return {(u.kind, u.name): u for u in examine(text.encode(), language, "when run").used}


@pytest.mark.parametrize(("language", "honest", "added", "kind", "name"), ADDED)
def test_what_is_added_is_told(
    language: str, honest: str, added: str, kind: str, name: str
) -> None:
    before, after = used(honest, language), used("\n\n".join((honest, added)), language)
    new = [key for key in after if key not in before]
    assert new[0] == (kind, name)
    assert set(before) <= set(after)


def test_the_checks_before_a_call_are_told_until_they_are_passed_over() -> None:
    before, after = used(GUARDED), used(SWALLOWED)
    (call,) = (k for k in before if k[0] == "runs a command")
    assert before[call].behind == {"verify"}
    assert after[call].behind == frozenset()
    assert ("passes over a failed check", "verify") in after


def test_a_decorator_that_is_taken_away_is_missed() -> None:
    text = "@app.route('/wipe')\n@login_required\ndef wipe():\n    shutil.rmtree(HOME)\n"
    before, after = used(text), used(text.replace("@login_required\n", ""))
    assert [u.behind for u in before.values()] == [{"login_required"}] * 2
    assert [u.behind for u in after.values()] == [frozenset()] * 2


def test_words_in_comments_and_documents_are_no_uses() -> None:
    assert not used('"""verify=False, environ["PASSWORD"]"""\n# getenv("TOKEN") CERT_NONE\n')


def test_a_version_is_no_difference_and_a_file_has_so_many_rows_and_no_more() -> None:
    assert list(used("requests.get('https://x.example/v1.2.3/a')")) == [
        ("connects", "requests.get(https://x.example/*/a)")
    ]
    many = used("\n".join(f"os.system('run {n}')" for n in range(1000)))
    assert len(many) <= MOST
