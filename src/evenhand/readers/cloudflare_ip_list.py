"""Cloudflare's list of its addresses, as its API gives it: a content delivery network's.

Spec: Cloudflare API, "Cloudflare IPs" (GET /client/v4/ips).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.defect import Defect
from evenhand.facts.published_range import PublishedRange
from evenhand.json_document import pointer
from evenhand.published import MOST, document, prefix_of, rows_of
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"keys": ("result", "ipv4_cidrs", "ipv6_cidrs")}
EMITS = ("published_range", "defect")
CANNOT_SEE = {"published_range": "where an address answers from; whose site it serves"}

LISTS = ("ipv4_cidrs", "ipv6_cidrs", "jdcloud_cidrs")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one row for each prefix; those of a partner's network under the partner's name."""
    said = document(artefact, "result")["result"]
    if not isinstance(said, dict):
        raise NotThisFormat("result is no object")
    for key in LISTS:
        for number, text in enumerate(islice(rows_of(said.get(key)), MOST)):
            at, prefix = pointer("result", key, number), prefix_of(text)
            if prefix is None:
                yield Defect("Cloudflare IPs: a prefix", "none here", at)
                continue
            service = None if key in LISTS[:2] else key.removesuffix("_cidrs")
            yield PublishedRange(
                prefix,
                "cloud range",
                at,
                provider="cloudflare",
                service=service,
                delivery=True,
                grade="declared",
            )
