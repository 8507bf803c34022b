"""Fact table `territory`: codes, their sovereigns and regimes.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
LOOKED_UP = True
KEY = ("territory",)
ROLES = {
    "territory": "legal",
    "sovereign": "legal",
    "regime": "legal",
}
MEANING = {
    "territory": "ISO 3166-1 alpha-2",
    "name": "short English name",
    "sovereign": "code of the sovereign state",
    "regime": "code of the territory whose data border it lies within",
    "source": "where this was read",
    "unverified": "true where it is from memory: such a row never breaks anything",
}


class Territory(NamedTuple):
    """An ISO 3166-1 code, the state that is sovereign there, and its data-protection regime.
    Listing implies no position on status.
    """

    territory: str
    name: str
    locator: str = ""
    sovereign: str | None = None
    regime: str | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
