"""Fact table `beacon`: how regularly a product turned to a destination.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
STORED = True
MEANING = {
    "product": "key of the product",
    "address": "the server's address",
    "contacts": "beginnings of flows to it, those within a second of the last one counted once",
    "period_s": "median time between two contacts, seconds",
    "near": "how many of the times between contacts lie within a tenth of the median",
    "odds": (
        "chance that contacts at random would be as regular: `1e-9` is one in a thousand million"
    ),
    "idle": (
        "true where the contacts counted lie in a time in which the product was idle; false "
        "where it was idle and turned to it at other times only; empty where nobody says when "
        "it was"
    ),
    "first_seen": "first contact counted, UTC",
    "last_seen": "last contact counted, UTC",
}


class Beacon(NamedTuple):
    """The regularity of contacts, made from `flow` and `idle_time`. Clocks, mail and updates are
    regular too: a sign, never more.
    """

    product: str
    address: str
    contacts: int
    locator: str = ""
    period_s: float | None = None
    near: int | None = None
    odds: float | None = None
    idle: bool | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    grade: str = "observed"
