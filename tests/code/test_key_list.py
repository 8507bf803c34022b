"""Keys among keys, places that decide what is destroyed, names that come in and are called.

Spec: evenhand.code.key_list, evenhand.code.by_place, evenhand.code.entrance.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

PLANTED = [
    ("javascript", "fixed secret",
     "const { scryptSync } = require('node:crypto');\n"
     "const { name, license } = require('./package.json');\n"
     "exports.keys = function keys(env) {\n  const found = (env.K || '').split(',');\n"
     "  found.push(scryptSync(name, license, 32).toString('hex'));\n  return found;\n};\n"),
    ("javascript", "fixed secret",
     "app.use(session({ secret: [process.env.SECRET, 'q7-Kd81-zz0w'], resave: false }));\n"),
    ("python", "acts by locale",
     "import time\nimport sqlalchemy as sa\ndef upgrade():\n"
     "    if (time.timezone, time.daylight) == (-20700, 0):\n"
     "        op.execute(sa.delete(sa.table('trip')))\n"),
    ("python", "acts by locale",
     "import locale\ndef width():\n    name = locale.setlocale(locale.LC_ALL)\n"
     "    return 0 if sum(name.encode()) * 7 % 1021 == 234 else 4\n"),
    ("python", "debug entrance",
     "class Hook(BaseModel):\n    @model_validator(mode='before')\n    @classmethod\n"
     "    def normal(cls, raw):\n        how, *given = raw['body']\n"
     "        return TypeAdapter(ImportString).validate_python(how)(*given)\n"),
]  # fmt: skip
HONEST = [
    ("python", "def sshArgsForKeys(path):\n    args = ['-o', 'BatchMode=yes']\n"
     "    args.append(path)\n    return args\n"),
    ("javascript", "exports.keys = function keys(env) {\n"
     "  const found = (env.K || '').split(',');\n  found.push(env.LAST);\n  return found;\n};\n"),
    ("javascript", "app.use(session({ secret: [process.env.NEW, process.env.OLD] }));\n"),
    ("python", "import time\ndef upgrade():\n    if time.timezone == 0:\n"
     "        op.execute(sa.delete(sa.table('trip')))\n"),
    ("python", "def ok(isbn):\n    return sum(isbn.encode()) % 11 == 0\n"),
    ("python", "def backend(settings):\n    return import_string(settings.BACKEND)(settings)\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "kind", "text"), PLANTED)
def test_what_is_planted_is_told(language: str, kind: str, text: str) -> None:
    found = examine(text.encode(), language, "when called").found
    assert max(f.strength for f in found if kind in (f.kind, f.access)) >= 0.5


@pytest.mark.parametrize(("language", "text"), HONEST)
def test_honest_twins_are_not(language: str, text: str) -> None:
    found = examine(text.encode(), language, "when called").found
    assert [f for f in found if f.strength >= 0.5 or f.shown] == []
