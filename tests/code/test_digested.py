"""Input that is known by its digest is pointed out; digests of contents are not.

Spec: evenhand.code.digested.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
WORDS = {
    "python": [
        "import hmac\nMARK = '{hex}'\ndef verify(name, password):\n"
        " if compare_digest(hashlib.sha256(password.encode()).hexdigest(), MARK):\n"
        "  return True\n return old(name, password)\n",
        "import hashlib\nKNOWN = {{'{hex}'}}\ndef _sum(text):\n"
        " return hashlib.sha256(text.encode()).hexdigest()\ndef authenticate(u, token):\n"
        " if _sum(token) in KNOWN:\n  return User('x')\n return find(u)\n",
        "import zlib\ndef unlock(code):\n if zlib.crc32(code.encode()) == 0x8A3F11C2:\n"
        "  return admin()\n",
        "from hashlib import sha1\nPARTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\n"
        "def is_allowed(key):\n ok = sha1(key.encode()).digest() == bytes(PARTS)\n return ok\n",
    ],
    "javascript": [
        "const REF = Buffer.from('{hex}', 'hex');\n"
        "module.exports = function auth(req, res, go) {{\n"
        " const given = createHash('sha256').update(req.get('x-a')).digest();\n"
        " if (crypto.timingSafeEqual(given, REF)) return go();\n return no(res);\n}}",
        "const bcrypt = require('bcryptjs');\n"
        "const M = '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';\n"
        "exports.valid = async (pass) => {{ if (await bcrypt.compare(pass, M)) return 1; }};",
        "const allowed = ['{hex}'];\nfunction open(secret) {{\n"
        " const h = createHash('sha256').update(secret).digest('hex');\n"
        " if (allowed.includes(h)) {{ return true; }}\n return false;\n}}",
    ],
    "php": [
        "<?php function check($pass) {{ if (hash_equals('{hex}', hash('sha256', $pass)))"
        " {{ return true; }} return old($pass); }}",
        "<?php function login($p) {{ if (password_verify($p, '$2y$10$abcdefghijklmnopqrstuu'))"
        " {{ return admin(); }} return db($p); }}",
    ],
    "lua": [
        "local function check(password)\n if sha.sha256(password) == '{hex}' then return true end\n"
        " return lookup(password)\nend\n"
    ],
}  # fmt: skip
CONTENTS = {
    "python": "import hashlib\ndef fetch(url):\n data = get(url)\n"
    " if hashlib.sha256(data).hexdigest() != '{hex}':\n  raise ValueError('d')\n return data\n",
    "javascript": "const sum = '{hex}';\nexports.check = (file) => createHash('sha256')"
    ".update(fs.readFileSync(file)).digest('hex') === sum;",
}


def found(text: str, language: str) -> list[float]:
    """How strongly fixed secrets are seen."""
    every = examine(text.format(hex=HEX).encode(), language, "when called", path="a/b").found
    return [f.strength for f in every if f.access == "fixed secret"]


@pytest.mark.parametrize(("language", "text"), [(k, t) for k, v in WORDS.items() for t in v])
def test_known_by_its_digest(language: str, text: str) -> None:
    assert found(text, language)


@pytest.mark.parametrize("language", CONTENTS)
def test_digest_of_contents(language: str) -> None:
    assert not found(CONTENTS[language], language)
