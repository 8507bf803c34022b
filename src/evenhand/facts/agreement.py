"""Fact table `agreement`: an agreement, decision or statement between states, with its dates.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
LOOKED_UP = True
ROLES = {
    "state_a": "legal",
    "state_b": "legal",
}
MEANING = {
    "agreement": "short name; rows of one treaty share it",
    "type": (
        "`direct access`, `mutual legal assistance`, `adequacy`, `treaty party`, `signature "
        "only`, `negotiation`, …"
    ),
    "state_a": "one side, or who decided (a state, a group or a depositary)",
    "state_b": "the other side, or the party that joined",
    "signed_on": "day of signature or deposit",
    "in_force_from": "first day in force; empty: not known",
    "in_force_to": "first day no longer in force; empty: open-ended",
    "in_force_on": "a day on which a source shows it in force",
    "scope": "who or what it covers; empty: everyone",
    "source": "where this was read",
    "unverified": "true where it is from memory: such a row never breaks anything",
}


class Agreement(NamedTuple):
    """An agreement, decision or statement between states, with its dates."""

    agreement: str
    type: str
    locator: str = ""
    state_a: str | None = None
    state_b: str | None = None
    signed_on: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    in_force_on: date | None = None
    scope: str | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
