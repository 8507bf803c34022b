"""Fact table `component`: a part that a product says it is made of, or is.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("name",)
WATCH = ("version", "purl", "supplier")
MEANING = {
    "name": "name as stated",
    "version": "version as stated",
    "purl": "package URL, as stated",
    "supplier": "supplier, as stated",
    "digest": "`sha256:…` where one is stated",
}


class Component(NamedTuple):
    """A part that a product says it is made of, or is."""

    name: str
    locator: str = ""
    version: str | None = None
    purl: str | None = None
    supplier: str | None = None
    digest: str | None = None
    grade: str = "observed"
