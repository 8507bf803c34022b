"""Fact table `release`: a release or change of a product, as its users met it.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
KEY = ("product", "version")
MEANING = {
    "product": "product",
    "version": "version",
    "on_day": "day of the release",
    "forced": "true where users could not refuse or put it off",
    "cut_off": "true where service was withdrawn from users who depend on it",
    "because": "reason stated",
}


class Release(NamedTuple):
    """A release or change of a product, as its users met it."""

    product: str
    locator: str = ""
    version: str | None = None
    on_day: date | None = None
    forced: bool | None = None
    cut_off: bool | None = None
    because: str | None = None
    grade: str = "observed"
