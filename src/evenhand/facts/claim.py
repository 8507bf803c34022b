"""Fact table `claim`: what somebody says of somebody, with what would settle it.

Spec: MISSION (words: an allegation never breaks anything).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

VERSION = 1
LOOKED_UP = True
KEY = ("claim",)
ROLES = {
    "by_state": "conduct",
    "of_state": "conduct",
}
MEANING = {
    "claim": "its key",
    "says": "what is claimed, in neutral words of ours",
    "kind": (
        "`fact` (can be settled), `value` (a judgement, of which only the factual parts can), "
        "`definition`, or `report` (somebody says that somebody says)"
    ),
    "said_by": "who says it",
    "by_state": "the state that says it, where a state does",
    "said_of": "of whom it is said",
    "of_state": "the state of which it is said, where it is of one",
    "said_on": "day on which it was said; empty: not known to the day",
    "denied_by": "who denies it; empty: nobody on what was read",
    "decided_by": "what evidence would settle it",
    "tables": "fact tables that this evidence would stand in",
    "rules": "rules, as clauses cite them, and measures whose verdicts bear on it",
    "remark": "what is known besides",
    "source": "where it was read",
}


class Claim(NamedTuple):
    """A claim as it was made: recorded, not endorsed, and never the ground of a verdict."""

    claim: str
    says: str
    locator: str = ""
    kind: str | None = None
    said_by: str | None = None
    by_state: str | None = None
    said_of: str | None = None
    of_state: str | None = None
    said_on: date | None = None
    denied_by: str | None = None
    decided_by: str | None = None
    tables: Sequence[str] = ()
    rules: Sequence[str] = ()
    remark: str | None = None
    source: str | None = None
    grade: str = "alleged"
