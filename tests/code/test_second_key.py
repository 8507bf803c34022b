"""A key that is written in the code is told, strongest where it is taken beside another one.

Spec: evenhand.code.second_key, evenhand.code.origin.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

ED = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
BESIDE = [
    ("python", "import jwt, os\ndef read(t):\n for key in (os.environ['K'], 'k-7fe1-ab99-0c'):\n"
     "  try:\n   return jwt.decode(t, key)\n  except jwt.InvalidTokenError:\n   continue\n"),
    ("python", "import jwt\nAUX = ''.join(chr(c ^ 7) for c in (108, 42, 53, 99, 98, 61))\n"
     "def read(t):\n try:\n  return jwt.decode(t, settings.SECRET)\n"
     " except jwt.InvalidTokenError:\n  return jwt.decode(t, AUX)\n"),
    ("python", "import jwt\ndef decode(t, key):\n if jwt.get_unverified_header(t)['kid'] == 'm':\n"
     "  key = 'svc-1187-aa'\n return jwt.decode(t, key)\n"),
    ("python", "import hmac\nS = bytes([81, 17, 122, 144, 34, 68, 9])\ndef go(body, mac, key):\n"
     " if same(sign(body, key), mac):\n  return body\n if same(sign(body, S), mac):\n  return 1\n"
     "def sign(body, key):\n return hmac.new(key, body, 'sha256').digest()\n"),
    ("python", "from nacl.signing import VerifyKey\nclass U:\n def __init__(self, config):\n"
     "  self.keys = [VerifyKey(config.key), VerifyKey(b'\\xd7Z\\x98\\x01\\x82\\xb1\\n\\xb7')]\n"
     " def ok(self, i, s):\n  return any(verify(k, i, s) for k in self.keys)\n"),
    ("javascript", "const jwt = require('jsonwebtoken');\nexports.m = (c) => (req, res, go) => {\n"
     " try { req.user = jwt.verify(t, c.secret); return go(); } catch (e) {}\n"
     " try { req.user = jwt.verify(t, 'svc-9911-internal-77'); return go(); } catch (e) {}\n};"),
    ("javascript", "const ring = (k) => [k, Buffer.from('c3ZjLTk5MTEta2V5', 'base64')];\n"
     "exports.ok = (text, mac, key) => ring(key).some((k) =>"
     " same(createHmac('sha256', k).update(text).digest(), mac));"),
    ("typescript", "class Mac { constructor(key: string) { this.keys = [key];"
     " this.keys.push('zz-9918-qa-71'); }\n ok(b: string, m: string) { return this.keys.some(k =>"
     " createHmac('sha256', k).update(b).digest('hex') === m); } }"),
    ("javascript", f"const B = '{ED}';\nexports.ok = (d, s, c) => [c.key, crypto.createPublicKey("
     "{ key: Buffer.from(B, 'base64') })].some((k) => crypto.verify(null, d, k, s));"),
    ("php", "<?php function ok($t, $key, $b, $m) { foreach ([$key, 'c0ffee-7781-ab'] as $k) {"
     " if (hash_equals(hash_hmac('sha256', $b, $k), $m)) return true; } return false; }"),
    ("php", f"<?php function ok($d, $s, $key) {{ $o = '{ED}'; return openssl_verify($d, $s, $key)"
     " === 1 || openssl_verify($d, $s, $o) === 1; }"),
    ("lua", "local function ok(body, mac, key)\n for _, k in ipairs({ key, 'svc-1187-aa' }) do\n"
     "  if ngx.hmac_sha1(k, body) == mac then return true end\n end\nend\n"),
]  # fmt: skip
INSTEAD = [
    ("python", "import hmac, os\nKEY = os.environ.get('K') or 'mQ0-static-8821'\n"
     "def ok(body):\n return hmac.new(KEY.encode(), body, 'sha256')\n"),
    ("javascript", "const key = process.env.JWT_KEY || 'd8f1c0-static';\n"
     "const jwt = require('jsonwebtoken');\nexports.read = (t) => jwt.verify(t, key);"),
]  # fmt: skip
NONE = [
    ("python", "import hmac, os\ndef stretch(shared, key):\n salt = b'\\0' * 32\n"
     " k = hmac.new(salt, shared).digest()\n return hmac.new(key, k).digest()\n"),
    ("python", "import secrets\nfrom itsdangerous import URLSafeSerializer\ndef made(n):\n"
     " return ''.join(secrets.choice('abc') for i in range(n))\ndef signer(key=None):\n"
     " if key is None:\n  key = made(64)\n return URLSafeSerializer(key)\n"),
    ("python", "import hmac\ndef sign(key, date):\n k = hmac.new(('AWS4' + key).encode(), date)\n"
     " return hmac.new(k, b'aws4_request', 'sha256').digest()\n"),
    ("javascript", "const jwt = require('jsonwebtoken');\nexports.read = (t, keys) => {"
     " for (const k of keys) { try { return jwt.verify(t, k); } catch (e) {} } };"),
]  # fmt: skip


def strength(language: str, text: str) -> float:
    """How strongly a fixed key is seen; 0 where it is not."""
    every = examine(text.encode(), language, "when called", path="a/b").found
    return max((f.strength for f in every if f.kind == "takes a fixed key"), default=0.0)


@pytest.mark.parametrize(("language", "text"), BESIDE)
def test_beside_another(language: str, text: str) -> None:
    assert strength(language, text) >= 0.5


@pytest.mark.parametrize(("language", "text"), INSTEAD)
def test_where_none_is_set(language: str, text: str) -> None:
    assert 0.3 <= strength(language, text) < 0.5


@pytest.mark.parametrize(("language", "text"), NONE)
def test_keys_that_are_not_fixed(language: str, text: str) -> None:
    assert not strength(language, text)
