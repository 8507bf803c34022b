"""Fact table `product`: a product that is judged: what a person can act on.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

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
}


class Product(NamedTuple):
    """A product that is judged: what a person can act on."""

    product: str
    locator: str = ""
    name: str | None = None
    version: str | None = None
    provider: str | None = None
    grade: str = "observed"
