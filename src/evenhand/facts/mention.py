"""Fact table `mention`: host names and addresses that a file holds.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("host", "scheme", "path")
RANK = 30
MEANING = {
    "path": "where the file was first met",
    "host": "name or address, canonical",
    "scheme": "`https`, `mqtt`, … where it stands in a URL",
    "special": (
        "what the name is reserved for and nobody can register it: `documentation`, `test`, "
        "`invalid`, `loopback`, `local network`"
    ),
}


class Mention(NamedTuple):
    """A host name or address that a file holds. That a file holds it does not show that it is
    contacted.
    """

    path: str
    host: str
    locator: str = ""
    scheme: str | None = None
    special: str | None = None
    grade: str = "observed"
