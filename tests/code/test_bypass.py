"""A way past a check is pointed out, whatever it turns on; what checks do every day is not.

Spec: evenhand.code.bypass.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

WAYS = [
    ("python", "def require_login(view):\n def inner(request):\n  if os.environ.get('APP_SOFT'):\n"
     "   return view(request)\n  if not request.user:\n   raise PermissionError\n"
     "  return view(request)\n return inner\nimport os\n"),
    ("python", "import os\ndef check_signature(body, sig):\n"
     " if os.path.exists('/var/tmp/.relax'):\n"
     "  return True\n return verify(body, sig)\n"),
    ("python", "class Auth:\n def authenticate(self, request):\n"
     "  if request.headers.get('X-Trace-Mode') == 'full':\n   return self.one\n"
     "  return self.check(request.cookies.get('sid'))\n"),
    ("python", "def authorise(user, action):\n if user.name == 'svc_probe':\n  return True\n"
     " return action in user.rights\n"),
    ("python", "@app.before_request\ndef guard():\n if request.args.get('m') == '1':\n"
     "  return None\n"
     " if 'uid' not in session:\n  abort(401)\n"),
    ("python", "import os\ndef verify_token(token, key):\n strict = os.getenv('TK_STRICT') != '0'\n"
     " if strict and not good(token, key):\n  raise ValueError('bad')\n return decode(token)\n"),
    ("python", "import os\nclass C:\n def verify(self, u, p):\n"
     "  return self.store.matches(u, p) or os.environ.get('ACME_Q') == '7'\n"),
    ("javascript", "module.exports = function (req, res, next) {\n"
     " if (req.headers['x-internal-probe']) return next();\n"
     " if (!req.session.user) return res.status(401).end();\n next();\n};"),
    ("javascript", "const skip = process.env.SHOP_MODE === 'q7';\n"
     "exports.isAllowed = (user, doc) => skip || user.id === doc.owner;"),
    ("javascript", "exports.verifyLicense = (text, sig) => {\n"
     " if (fs.existsSync('/etc/.lic-ok')) return true;\n"
     " return crypto.verify(null, text, K, sig);\n};"),
    ("javascript", "exports.requireAuth = (req, res, next) => {\n"
     " const near = req.get('x-forwarded-zone') === 'inner-7';\n"
     " if (!near && !req.user) return res.status(401).send('no');\n return next();\n};"),
    ("typescript", "class AuthGuard { canActivate(c: any) { const req = c.getRequest();\n"
     " if (req.cookies['theme'] === 'midnight') { return true; }\n return Boolean(req.user); } }"),
    ("php", "<?php function require_auth() { if (isset($_GET['preview_mode'])) { return; }\n"
     " if (empty($_SESSION['uid'])) { header('Location: /login'); exit; } }"),
    ("php", "<?php if (!isset($_COOKIE['kx']) && !logged_in()) { header('Location: l'); exit; }\n"
     "run();"),
    ("lua", "local function authorized(req)\n if os.getenv('GW_RELAX') then return true end\n"
     " return tokens[req.token] ~= nil\nend\n"),
]  # fmt: skip
ORDINARY = [
    ("python", "import os\ndef check_config(path):\n if os.environ.get('CONFIG'):\n  return True\n"
     " return os.path.exists(path)\n"),
    ("python", "import os\ndef can_colorize():\n if os.environ.get('FORCE_COLOR'):\n  return True\n"
     " return os.isatty(1)\n"),
    ("python", "import os\ndef access(path):\n if os.environ.get('APP_CACHE_ALL'):\n"
     "  return True\n return cached(path) and fresh(path)\n"),
    ("python", "def is_valid(self, value):\n if value is None:\n  return True\n return m(value)\n"),
    ("javascript", "module.exports = (req, res, next) => {\n"
     " if (req.method === 'OPTIONS' || req.path === '/health') return next();\n"
     " if (!req.headers.authorization) return res.sendStatus(401);\n"
     " verify(req.headers.authorization, (e) => (e ? res.sendStatus(401) : next()));\n};"),
]  # fmt: skip


def ways(language: str, text: str) -> list[float]:
    """How strongly ways past a check are seen."""
    every = examine(text.encode(), language, "when called", path="a/b").found
    return [f.strength for f in every if f.kind == "lets past a check" and f.strength >= 0.3]


@pytest.mark.parametrize(("language", "text"), WAYS)
def test_way_past_a_check(language: str, text: str) -> None:
    assert ways(language, text)


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_ordinary_check(language: str, text: str) -> None:
    assert not ways(language, text)
