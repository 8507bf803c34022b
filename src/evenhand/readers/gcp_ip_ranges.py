"""Google's lists of its addresses, cloud.json (with regions) and goog.json (without).

Spec: Google Cloud, VPC, "IP addresses for default domains" (cloud.json, goog.json).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from evenhand.artefact import Artefact
from evenhand.facts.defect import Defect
from evenhand.facts.published_range import PublishedRange
from evenhand.json_document import pointer
from evenhand.published import MOST, day_of, document, prefix_of, rows_of, word
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"keys": ("syncToken", "creationTime", "prefixes", "ipv4Prefix")}
EMITS = ("published_range", "defect")
CANNOT_SEE = {"published_range": "which customer uses an address; where an address answers from"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one row for each prefix."""
    said = document(artefact, "syncToken", "creationTime", "prefixes")
    day, rows = day_of(said.get("creationTime")), rows_of(said["prefixes"])
    for number, row in enumerate(islice(rows, MOST)):
        at = pointer("prefixes", number)
        text = (row.get("ipv4Prefix") or row.get("ipv6Prefix")) if isinstance(row, dict) else None
        prefix = prefix_of(text)
        if prefix is None:
            yield Defect("cloud.json: a row holds a prefix", "no ipv4Prefix and no ipv6Prefix", at)
            continue
        yield PublishedRange(
            prefix,
            "cloud range",
            at,
            provider="gcp",
            region=word(row.get("scope")),
            service=word(row.get("service")),
            published_on=day,
            grade="declared",
        )
    if len(rows) > MOST:
        yield Partly(f"only the first {MOST} rows were read")
