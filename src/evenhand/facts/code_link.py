"""Fact table `code_link`: what one file of a package brings, takes or asks for, for others of it.

An enrichment joins the links of a package into chains, which are facts of `behaviour`.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "path": "where the file was first met",
    "kind": (
        "`brings` (a function gives back what it took from elsewhere), `takes` (what a function is "
        "given is sent or run), `uses` (what a function of another file gives is sent or run "
        "here), `asks` (a function of another file is given something), `starts` (it is called as "
        "this file is loaded)"
    ),
    "name": "the function of this file; empty outside of functions",
    "other": "the function of another file, by the dotted name that this file calls it by",
    "place": "which argument, from 0",
    "matter": "what is brought or given, or what is done with it (`sends`, `runs`)",
    "target": "what exactly, or the host that it is sent to",
    "because": "the way so far, as lines",
    "moment": "when it happens, as in `behaviour`",
}


class CodeLink(NamedTuple):
    """One end of a chain that goes through more than one file."""

    path: str
    kind: str
    locator: str = ""
    name: str | None = None
    other: str | None = None
    place: int | None = None
    matter: str | None = None
    target: str | None = None
    because: str | None = None
    moment: str | None = None
    grade: str = "observed"
