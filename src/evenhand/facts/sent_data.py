"""Fact table `sent_data`: personal data that were recognised in what a product sent.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "address": "the server's address",
    "name": "the host that it was sent to, where known",
    "category": "kind of data, as in `data_field`",
    "found": "how often it was found",
    "clear_text": (
        "true where it could be read on the way, false where the connection was encrypted"
    ),
    "because": "how it was recognised, never the value",
}


class SentData(NamedTuple):
    """Personal data in the body of a message. The value itself is not kept."""

    category: str
    locator: str = ""
    address: str | None = None
    name: str | None = None
    found: int | None = None
    clear_text: bool | None = None
    because: str | None = None
    grade: str = "observed"
