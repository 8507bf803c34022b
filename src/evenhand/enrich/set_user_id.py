"""Enrichment: programs that run as their owner whoever starts them, where that is unusual.

A shell, a copy of one, a script, one that starts a shell and asks nobody for a password, and what
lies hidden or where no programs belong; a distribution's own such programs are facts of `file`, and
no more.

Spec: chmod(1), inode(7) (S_ISUID).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evenhand.enrich._added import add_rows
from evenhand.facts.hidden_access import HiddenAccess

if TYPE_CHECKING:
    import duckdb

NEEDS = ("occurrence", "file", "accepted", "behaviour", "native_use")
MAKES = ("hidden_access",)

SHELL = re.compile(r"(?:^|/)(?:ba|da|z|k|a|c|tc)?sh$")
INTERPRETER = re.compile(r"(?:^|/)(?:python[\d.]*|perl[\d.]*|ruby|lua|find|env|vim?|nmap|awk|gdb)$")
# A program that calls one of these asks who it is that starts it.
ASKS = "^(pam_authenticate|crypt(_r|_rn)?|getspnam(_r)?)$"
ODD = re.compile(r"(?:^|/)\.[^/]+$|^(?:\.?/)?(?:tmp|var|dev|etc|home|srv|boot|root)/|/(?:doc|man)/")
# archive as artefact, path in it, locator, content (empty for an image of layers), owner
QUERY = """
SELECT f.artefact, f.path, f.locator, f.owner, o.artefact AS content, p.path AS archive
FROM file AS f
JOIN (SELECT artefact, min(path) AS path FROM occurrence GROUP BY artefact) AS p
    ON p.artefact = f.artefact
LEFT JOIN occurrence AS o ON o.parent = f.artefact AND o.path = p.path || '!/' || f.path
WHERE f.kind IN ('file', 'hard link') AND (f.mode // 2048) % 2 = 1
ORDER BY f.id
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `hidden_access` for each; uses no list."""
    found = connection.execute(QUERY).fetchall()
    shells = _shells(connection) if found else {}
    starters = _starters(connection) if found else set()
    rows = []
    for number, (artefact, path, locator, owner, content, archive) in enumerate(found):
        name = shells.get(content) or (path if SHELL.search(path) else "")
        starts = content in starters
        if not (name or starts or INTERPRETER.search(path) or ODD.search(path)):
            continue
        who = "root" if owner in ("0", "root", None, "0:0") else str(owner)
        because = f"runs as {who} whoever starts it" + (
            f": it is {name}" if name else ": it runs what it is told" if INTERPRETER.search(path)
            else ": it starts a shell, and asks nobody for a password" if starts
            else "; no program belongs there"
        )  # fmt: skip
        strength = 0.9 if name else 0.8 if INTERPRETER.search(path) else 0.45 if starts else 0.6
        row = HiddenAccess(
            "debug entrance", locator, f"{archive}!/{path}", None, path[-80:], strength,
            because=because,
        )  # fmt: skip
        identity = f"hidden_access/set_user_id/{artefact[7:19]}/{number}"
        rows.append((identity, content or artefact, row))
    add_rows(connection, "hidden_access", rows)
    return []


def _shells(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Contents that are a shell somewhere in the evidence, by the name that they have there."""
    query = (
        "SELECT artefact, min(path) FROM occurrence WHERE artefact <> '' "
        r"AND regexp_matches(path, '/s?bin/(ba|da|z|k|a)?sh$') GROUP BY artefact"
    )
    return {a: p.rpartition("!/")[2] for a, p in connection.execute(query).fetchall()}


def _starters(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Programs that start a shell by its name, and call nothing that asks who starts them.

    One that takes options is a tool with a manual; one that loads modules may ask by them, so that
    this alone is not put before people.
    """
    query = (
        "SELECT DISTINCT artefact FROM behaviour WHERE kind = 'runs commands' "
        "AND regexp_matches(target, $shell) "
        "AND artefact NOT IN (SELECT artefact FROM accepted WHERE kind = 'option') "
        "AND artefact NOT IN (SELECT artefact FROM native_use "
        "WHERE kind = 'calls' AND regexp_matches(name, $asks))"
    )
    found = connection.execute(query, {"shell": SHELL.pattern, "asks": ASKS}).fetchall()
    return {artefact for (artefact,) in found}
