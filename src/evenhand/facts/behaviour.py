"""Fact table `behaviour`: what code or a package's own description says that code will do.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 2
COMPARE = ("path", "kind", "target")
RANK = 20
WEIGHT = "strength"
WATCH = ("moment",)
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`runs at install`, `runs at removal`, `runs commands` (of scripts: that came from "
        "elsewhere), `listens`, `accepts option`, `acts by environment` (or `by locale`, `by time "
        "zone`, `by user name`, …), `decodes and runs`, `downloads and runs`, `collects and "
        "sends`, `reports usage`, `adds persistence`, `hides what it calls`, "
        "`checks a fixed secret`, `takes a fixed key`, `lets past a check`, "
        "`ignores a check`, `changes who is paid`, `changes what is built`, "
        "`uses weak cryptography`, "
        "`answers at a hidden path`, …"
    ),
    "target": (
        "the host, file, decoder or condition that it is done to, or the command that is run; "
        "shortened"
    ),
    "because": "what was seen, as the lines of every step: `line 3: … → line 9: …`",
    "strength": (
        "0–1: how plainly the code shows it and how rare it is in honest code; a score alone never "
        "breaks anything; empty: it is stated, not reckoned"
    ),
    "consent": (
        "of what is sent: `opt-in`, `opt-out present`, `not shown` (no condition around it that "
        "speaks of a choice was seen; one may stand elsewhere), `none` (somebody who looked into "
        "it says that nobody is asked); empty: does not apply"
    ),
    "moment": (
        "`at install`, `at import` (when the file is loaded), `at start` (of every program of that "
        "interpreter), `when run` (a script), `when called`; empty: not known"
    ),
}


class Behaviour(NamedTuple):
    """What code does, as far as it can be read; that it ever ran is not shown."""

    path: str
    kind: str
    locator: str = ""
    target: str | None = None
    because: str | None = None
    strength: float | None = None
    consent: str | None = None
    moment: str | None = None
    grade: str = "observed"
