"""Fact table `script_use`: what a script calls, compares, reads and answers, for the difference.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "name")
WATCH = ("behind",)
RANK = 40
ORDER = "sensitivity"
LEAD = "CASE WHEN sensitivity >= 0.3 THEN sensitivity ELSE 0 END"
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`runs code`, `runs a command`, `listens`, `connects`, `decodes`, `uses a key`, `deletes`, "
        "… (calls of libraries), `compares` (with a constant), `answers` (a route), `takes "
        "option`, `reads variable`, `reads input`, `switches off verification`, `passes "
        "over a failed check`, `drops the answer of a check`, `draws a secret` (with its size), "
        "`checks`, `imports`, `holds a code` (a long constant), `holds an address` (of a payee); "
        "by words alone, in any language: `calls`, `is compared with`, `brings in`, `says` (a line "
        "of settings)"
    ),
    "name": "what is called or read, with its constants, shortened; nothing that a build changes",
    "behind": (
        "checks that come before it in its function, each time that it is there; empty: none, "
        "or it is not asked"
    ),
    "sensitivity": "0–1: how much it could open; it orders a difference and shows nothing",
}


class ScriptUse(NamedTuple):
    """One thing that a script does or looks at, wherever in the file it stands."""

    path: str
    kind: str
    name: str
    locator: str = ""
    behind: str | None = None
    sensitivity: float | None = None
    grade: str = "observed"
