"""Fact table `designation`: a name on a list of an authority.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

VERSION = 1
LOOKED_UP = True
ROLES = {
    "issuer_state": "legal",
}
MEANING = {
    "list": "short name of the list",
    "issuer_state": "whose list it is",
    "entity": "name as listed",
    "aliases": "other names of the same",
    "listed_on": "first day on the list",
    "listed_until": "first day no longer on it; empty: open-ended",
    "scope": "what is barred",
    "source": "where this was read",
    "unverified": "true where it is from memory: such a row never breaks anything",
}


class Designation(NamedTuple):
    """A name on a list of an authority."""

    list: str
    entity: str
    locator: str = ""
    issuer_state: str | None = None
    aliases: Sequence[str] = ()
    listed_on: date | None = None
    listed_until: date | None = None
    scope: str | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
