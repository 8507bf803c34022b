"""Fact table `hop`: the routers that a path was seen to cross.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
MEANING = {
    "product": "product whose traffic takes the path; empty: of the artefact's own product",
    "address": "the address that the path leads to",
    "number": "place on the path, from 1",
    "hop_address": "address of the router",
    "first_seen": "when it was seen, UTC",
}


class Hop(NamedTuple):
    """A router on the path to an address, as a trace of it says. Paths differ from hour to hour."""

    address: str
    number: int
    locator: str = ""
    product: str | None = None
    hop_address: str | None = None
    first_seen: datetime | None = None
    grade: str = "observed"
