"""Fact table `product`: a product that is judged: what a person can act on.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

VERSION = 1
KEY = ("product",)
MEANING = {
    "product": (
        "its key in this evidence; each root artefact is a product of its own unless a facts "
        "file groups them"
    ),
    "name": "name as its maker gives it",
    "version": "version as its maker gives it",
    "provider": "who provides it, as declared",
    "kinds": "kinds of product that it is, in the words of rules (`consumer IoT`, …)",
    "not_kinds": "kinds that it is shown not to be",
    "offered_on": "a day on which it is offered or placed on a market: the latest known",
}


class Product(NamedTuple):
    """A product that is judged: what a person can act on."""

    product: str
    locator: str = ""
    name: str | None = None
    version: str | None = None
    provider: str | None = None
    kinds: Sequence[str] = ()
    not_kinds: Sequence[str] = ()
    offered_on: date | None = None
    grade: str = "observed"
