"""Fact table `behaviour`: what code or a package's own description says that code will do.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "target")
RANK = 20
WEIGHT = "strength"
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`runs at install`, `runs at removal`, `runs commands`, `listens`, `accepts option`, "
        "`acts by environment` (or `by locale`, `by time zone`, `by user name`, …), …"
    ),
    "target": "what it is done to, or the command that is run; shortened",
    "because": "what was seen",
}


class Behaviour(NamedTuple):
    """What code does, as far as it can be read; that it ever ran is not shown."""

    path: str
    kind: str
    locator: str = ""
    target: str | None = None
    because: str | None = None
    grade: str = "observed"
