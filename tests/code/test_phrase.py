"""What is told of a file by its words alone: new calls and settings, in any language.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

import pytest

from evenhand.code.phrase import LINES, MOST, phrases, settings

# what an honest release has, what is added, what is told of it: kind, name and line
ADDED = [
    ("import os\n", "\nimport sqlalchemy as sa\nop.execute(sa.delete('trip'))\n",
     [("brings in", "sqlalchemy as sa", 3), ("calls", "op.execute()", 4),
      ("calls", "sa.delete(trip)", 4)]),
    ("fn main() {\n}\n", 'fn more() {\n  let s = TcpStream::connect("c.example:80");\n}\n',
     [("calls", "connect(c.example:80)", 4)]),
    ("<?php\n", "if ($this->get('offset') === 'Pacific/Chatham') { go(); }\n",
     [("calls", "get(offset)", 2), ("calls", "go()", 2),
      ("is compared with", "Pacific/Chatham", 2)]),
    ("const a = 1;\n", "hooks.on('login', keep);\nclass A {\n  keep(x) {\n  }\n}\n",
     [("calls", "hooks.on(login)", 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("honest", "added", "told"), ADDED)
def test_what_is_added_is_told(honest: str, added: str, told: list[tuple[str, str, int]]) -> None:
    before = {(u.kind, u.name) for u in phrases(honest.encode())}
    after = phrases((honest + added).encode())
    new = [(u.kind, u.name, u.line) for u in after if (u.kind, u.name) not in before]
    assert sorted(new) == told


def test_own_functions_words_to_people_and_comments_are_not_told() -> None:
    text = b"def own(a):\n    raise ValueError('no')\nown(1)\nlog.info('x')\n# take('this')\n"
    assert phrases(text) == []


def test_lines_of_settings_are_told_without_versions() -> None:
    found = settings(b'{\n  "version": "1.2.3",\n  "file": ["exec"]\n}\n# a comment\n')
    assert [(u.name, u.line) for u in found] == [('"version": "*"', 2), ('"file": ["exec"', 3)]


def test_a_file_has_so_many_rows_and_a_bundle_none() -> None:
    many = b"".join(b"take('%d')\nkey%d = 1\n" % (n, n) for n in range(1000))
    assert len(phrases(many)) == MOST
    assert len(settings(many)) == LINES
    assert phrases(b"take('a');" * 1000) == settings(b"{'a': 1}," * 1000) == []
