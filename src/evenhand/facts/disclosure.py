"""Fact table `disclosure`: a finding that the product's own documents announce.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "finding": "id of the fact that is announced",
    "name": "the name that stands in both",
    "path": "where the document was first met",
    "controllable": "true where the document says how to turn it off, limit or refuse it",
    "sentence": "the sentence, shortened",
}


class Disclosure(NamedTuple):
    """A finding that a document of the same product announces, by name, in a sentence about it."""

    finding: str
    name: str
    path: str
    locator: str = ""
    controllable: bool | None = None
    sentence: str | None = None
    grade: str = "declared"
