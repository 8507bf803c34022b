"""Fact table `membership`: a state's membership of a group of states, with its dates.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
LOOKED_UP = True
ROLES = {
    "state": "legal",
}
MEANING = {
    "state_group": "short name of the group",
    "state": "ISO 3166-1 alpha-2",
    "member_from": "first day; empty: not known, taken as always",
    "member_to": "first day no longer a member",
    "source": "where this was read",
    "unverified": "true where it is from memory",
}


class Membership(NamedTuple):
    """A state's membership of a group of states, with its dates."""

    state_group: str
    state: str
    locator: str = ""
    member_from: date | None = None
    member_to: date | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
