"""Fact table `notice`: a notice that a law asks for, and when it was given.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

VERSION = 1
KEY = ("notice",)
ROLES = {
    "owed_in": "conduct",
}
MEANING = {
    "notice": "its key",
    "about": (
        "kind of event: `exploited vulnerability`, `severe incident`, `significant incident`, "
        "`personal data breach`, …; where it was weighed and is less, the kind that it is"
    ),
    "event": "which event",
    "product": "product that the event is about",
    "by_party": "who has to give it",
    "owed_in": "territory in whose market or under whose law it is owed",
    "bound_by": "laws that whoever has to give it is under, by short name (`CRA`, …)",
    "not_bound_by": "laws that it is shown not to be under",
    "told_to": "`authority`, `users`, `customer`, …",
    "stage": "`early warning`, `notification`, `final report`, …",
    "clock_on": "day on which the clock starts (became aware, remedy available, …)",
    "clock_at": "the same to the second, UTC, where it is known",
    "given_on": "day on which it was given",
    "given_at": "the same to the second, UTC, where it is known",
    "given": "false where it is shown that none was given",
    "reasons_given": "true where a late notice says why it is late; false where it does not",
}


class Notice(NamedTuple):
    """A notice of an event that a law asks for: from when its clock runs, and when it was given.
    One row for each stage.
    """

    notice: str
    locator: str = ""
    about: str | None = None
    event: str | None = None
    product: str | None = None
    by_party: str | None = None
    owed_in: str | None = None
    bound_by: Sequence[str] = ()
    not_bound_by: Sequence[str] = ()
    told_to: str | None = None
    stage: str | None = None
    clock_on: date | None = None
    clock_at: datetime | None = None
    given_on: date | None = None
    given_at: datetime | None = None
    given: bool | None = None
    reasons_given: bool | None = None
    grade: str = "observed"
