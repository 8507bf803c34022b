"""Fact table `service`: a program that a system's own files say when to start.

Spec: systemd.unit(5), inittab(5), crontab(5); docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "name", "starts", "command")
WATCH = ("listens",)
RANK = 15
# what listens on all addresses; less where a document of its own tells of it
LEAD = """CASE WHEN regexp_matches(listens, '(^|, )((0[.]0[.]0[.]0|[[]?::[]]?|[*]):)?[0-9]+($|,)')
    THEN CASE WHEN split_part(name, '.', 1) IN (SELECT about FROM evidence.document_name)
        THEN 0.4 ELSE 0.8 END ELSE 0 END"""
MEANING = {
    "path": "where the file was first met",
    "name": "name by which it is turned on: of a unit, a script or the program",
    "manager": "`systemd`, `inittab`, `init script`, `cron`, …",
    "starts": (
        "`boot` (the file itself says so), `if turned on` (a link elsewhere does), or the schedule"
    ),
    "command": "what is run, as far as the file shows it; shortened",
    "direct": "true where nothing decides first whether the command is run",
    "listens": "addresses, ports and sockets that it says it listens on",
}


class Service(NamedTuple):
    """A program that a system's own files say when to start; that it ever ran is not shown."""

    path: str
    name: str
    locator: str = ""
    manager: str | None = None
    starts: str | None = None
    command: str | None = None
    direct: bool | None = None
    listens: str | None = None
    grade: str = "observed"
