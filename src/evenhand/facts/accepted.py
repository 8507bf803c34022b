"""Fact table `accepted`: an option, a command or a port of a program, and what opens by it.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind", "name")
WATCH = ("opens", "hidden")
RANK = 45
ORDER = "weight"
MEANING = {
    "path": "where the file was first met",
    "kind": "`option`, `command` (of a table, or a subcommand) or `port` (that it listens on)",
    "name": "as it is given: `--debug`, `-d`, `reset`, `8080`",
    "alias": "another name of the same option, where there is one",
    "opens": (
        "what it alone leads to: `runs a command`, `runs code`, `changes privileges`, `loads "
        "code`, `listens`, `leaves out a check`, `switches off verification`, …; empty: nothing "
        "of the kind is known"
    ),
    "weight": "0–1: how much it could open; it orders a difference and shows nothing",
    "in_help": "true where the program's own help names it; empty: not asked",
    "hidden": "true where the program says that its help is to leave it out",
    "because": "what was seen",
}


class Accepted(NamedTuple):
    """An option, a command or a connection that a program takes, whoever is told of it."""

    path: str
    kind: str
    name: str
    locator: str = ""
    opens: str | None = None
    weight: float | None = None
    in_help: bool | None = None
    hidden: bool | None = None
    alias: str | None = None
    because: str | None = None
    grade: str = "observed"
