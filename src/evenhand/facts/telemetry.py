"""Fact table `telemetry`: a package tells its maker how it is used; to whom, what, and how it ends.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "host")
RANK = 25
WATCH = ("consent",)
MEANING = {
    "path": "the file that sends it",
    "host": "the host that it is sent to; empty: only the library that sends it is seen",
    "collector": "whose service it is, where the list `usage_collector` says so",
    "sends": "kinds of data that the code around it names; whether all of them leave is not shown",
    "turned_off_by": "variables, settings and options that speak of it",
    "asked": "where a person is asked about it (path and line); empty: not seen",
    "told": "where the code tells people of it (path and line); empty: not seen",
    "documented": "the document of the same package that speaks of it; empty: none was read",
    "consent": "as in `behaviour`: `opt-in` (somebody is asked), `opt-out present`, `not shown`",
    "because": "what was seen, as lines",
}


class Telemetry(NamedTuple):
    """A package tells its maker how it is used; that it ever ran is not shown."""

    path: str
    locator: str = ""
    host: str | None = None
    collector: str | None = None
    sends: str | None = None
    turned_off_by: str | None = None
    asked: str | None = None
    told: str | None = None
    documented: str | None = None
    consent: str | None = None
    because: str | None = None
    grade: str = "observed"
