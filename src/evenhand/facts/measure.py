"""Fact table `measure`: a measure of a state against a vendor, product or flow.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
ACTOR = "by_state"
KEY = ("measure",)
ROLES = {
    "by_state": "conduct",
    "target_state": "origin",
}
MEANING = {
    "measure": "its key",
    "by_state": "state that took it",
    "kind": "`export control`, `ban`, `removal`, …",
    "target": "whom it is aimed at",
    "target_state": "home state of the target",
    "evidence_cited": (
        "`yes`, `partly` or `no`: whether the measure cites evidence about the product, vendor "
        "or flow"
    ),
    "closes_supply": "true where it closes or cuts supply of products or services",
    "reason": "reason stated",
    "on_day": "day of the measure",
    "until_day": "first day no longer in force",
    "source": "where this was read",
    "unverified": "true where it is from memory",
}


class Measure(NamedTuple):
    """A measure of a state against a vendor, product or flow."""

    measure: str
    locator: str = ""
    by_state: str | None = None
    kind: str | None = None
    target: str | None = None
    target_state: str | None = None
    evidence_cited: str | None = None
    closes_supply: bool | None = None
    reason: str | None = None
    on_day: date | None = None
    until_day: date | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
