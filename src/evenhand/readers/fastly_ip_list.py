"""Fastly's list of its addresses, public-ip-list: a content delivery network's.

Spec: Fastly API, "Public IP List" (GET /public-ip-list).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from evenhand.artefact import Artefact
from evenhand.facts.defect import Defect
from evenhand.facts.published_range import PublishedRange
from evenhand.json_document import pointer
from evenhand.published import MOST, document, prefix_of, rows_of
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"keys": ("addresses", "ipv6_addresses")}
EMITS = ("published_range", "defect")
CANNOT_SEE = {"published_range": "where an address answers from; whose site it serves"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one row for each prefix."""
    said = document(artefact, "addresses", "ipv6_addresses")
    for key in ("addresses", "ipv6_addresses"):
        for number, text in enumerate(islice(rows_of(said[key]), MOST)):
            at, prefix = pointer(key, number), prefix_of(text)
            if prefix is None:
                yield Defect("public IP list: a prefix", "none here", at)
                continue
            yield PublishedRange(
                prefix, "cloud range", at, provider="fastly", delivery=True, grade="declared"
            )
