"""Checks that come to nothing, and what can be guessed, are told; ordinary code is not.

Spec: evenhand.code.unheeded, evenhand.code.weak, evenhand.code.shell_check.
"""

from __future__ import annotations

import pytest

from tests.code.samples import kinds

CHECK, PAST, WEAK = "ignores a check", "lets past a check", "uses weak cryptography"
SECRET = "checks a fixed secret"
MD5 = "098f6bcd4621d373cade4e832627b4f6"
TOLD = [
    (CHECK, "python", "def install(p, sig, key):\n try:\n  key.verify(sig, p)\n"
     " except InvalidSignature:\n  pass\n unpack(p)\n"),
    (CHECK, "python", "import hmac\ndef accept(b, mac):\n hmac.compare_digest(sign(b), mac)\n"
     " return b\n"),
    (CHECK, "python", "def verified(image, sig):\n ok = rsa_verify(image, sig)\n if not ok:\n"
     "  log('no match')\n return True\n"),
    (CHECK, "python", "import jwt\nu = jwt.decode(t, options={'verify_signature': False})\n"),
    (CHECK, "python", "import requests\nrequests.post('https://id.example/login', verify=False)\n"),
    (CHECK, "javascript", "exports.install = (f, s, k) => {\n crypto.verify(null, f, k, s);\n"
     " return unpack(f);\n};"),
    (CHECK, "javascript", "const a = new https.Agent({ rejectUnauthorized: false });"),
    (CHECK, "php", "<?php function install($p, $s, $k) { openssl_verify($p, $s, $k); return 1; }"),
    (CHECK, "lua", "local function install(i, s)\n local ok = pcall(verify, i, s)\n"
     " return flash(i)\nend\n"),
    (CHECK, "shell", "curl -O https://up.example/u\ngpg --verify u.sig u || true\ntar xf u\n"),
    (CHECK, "shell", "sha256sum -c sums >/dev/null 2>&1 || :\ndpkg -i p.deb\n"),
    (PAST, "shell", "curl -O https://up.example/u\nif [ -z \"$FASTLANE\" ]; then\n"
     " gpg --verify u.sig u || exit 1\nfi\n"),
    (SECRET, "shell", f"h=$(printf %s \"$1\" | md5sum)\n[ \"$h\" = \"{MD5}\" ] && exec sh\n"),
    (WEAK, "python", "import random, time\ndef new_token():\n"
     " return random.Random(int(time.time())).randbytes(9)\n"),
    (WEAK, "python", "from Crypto.Cipher import AES\ndef seal(key, d):\n"
     " return AES.new(key, AES.MODE_CBC, b'0123456789abcdef').encrypt(d)\n"),
    (WEAK, "javascript", "exports.salt = (n) => Array.from({ length: n }, () => Math.random());"),
    (WEAK, "javascript", "const IV = Buffer.alloc(16);\n"
     "exports.seal = (k, t) => crypto.createCipheriv('aes-256-cbc', k, IV).update(t);"),
    (WEAK, "php", "<?php function reset_code($u) { return md5(uniqid()); }"),
    (WEAK, "python", "import os\nN = 3\ndef key():\n s = os.urandom(N)\n"
     " return s.ljust(32, b'+')\n"),
    (WEAK, "php", "<?php $key = str_pad(random_bytes(3), 32, 'x');"),
    (WEAK, "lua", "local function new_token() return math.random(0, 99999999) end\n"),
]  # fmt: skip
ORDINARY = [
    ("python", "def survey(all, k):\n bad = []\n for p, sig in all:\n  try:\n   k.verify(sig, p)\n"
     "  except InvalidSignature as e:\n   bad.append(str(e))\n return bad\n"),
    ("python", "def cached(f, k):\n try:\n  if verify_digest(f, k):\n   load(f)\n   return\n"
     " except OSError:\n  pass\n build(f)\n"),
    ("python", "class Server:\n def verify_request(self, asked):\n"
     "  \"\"\"Verify what is asked.\"\"\"\n  log(asked)\n  return True\n"),
    ("python", "def ok(p, sig, key):\n try:\n  key.verify(sig, p)\n except InvalidSignature:\n"
     "  return False\n return True\n"),
    ("python", "import os\ndef key():\n # os.urandom(3).ljust(32)\n"
     " return os.urandom(12).ljust(16)\n"),
    ("javascript", "exports.jitter = (ms) => ms * (0.5 + Math.random());"),
    ("shell", f"sha256sum -c sums || exit 1\n[ \"$(md5sum f)\" = \"{MD5}\" ] || exit 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "language", "text"), TOLD)
def test_told(kind: str, language: str, text: str) -> None:
    assert kind in kinds(language, text)


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_ordinary(language: str, text: str) -> None:
    assert not kinds(language, text) & {CHECK, PAST, WEAK, SECRET}
