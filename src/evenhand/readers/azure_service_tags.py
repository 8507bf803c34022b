"""Azure's list of its addresses by service tag, ServiceTags_<cloud>_<day>.json.

One prefix stands under several tags; each is a row. A tag without a region says nothing of where
its addresses are. The file says no day: that is in its name alone.

Spec: Azure, "Virtual network service tags" (the downloadable JSON).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.facts.defect import Defect
from evenhand.facts.published_range import PublishedRange
from evenhand.json_document import pointer
from evenhand.published import MOST, document, prefix_of, rows_of, word
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"keys": ("changeNumber", "cloud", "values", "addressPrefixes")}
EMITS = ("published_range", "defect")
CANNOT_SEE = {"published_range": "which customer uses an address; where an address answers from"}

DELIVERY = ("AzureFrontDoor",)  # Azure Front Door is Azure's content delivery network


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one row for each prefix of each tag."""
    said = document(artefact, "changeNumber", "cloud", "values")
    left = MOST
    for number, tag in enumerate(rows_of(said["values"])):
        about = tag.get("properties") if isinstance(tag, dict) else None
        if not isinstance(about, dict):
            rule = "service tags: a tag has properties"
            yield Defect(rule, "none here", pointer("values", number))
            continue
        name = word(tag.get("name"))
        for place, text in enumerate(rows_of(about.get("addressPrefixes"))):
            if not left:
                yield Partly(f"only the first {MOST} prefixes were read")
                return
            left -= 1
            at = pointer("values", number, "properties", "addressPrefixes", place)
            yield _row(text, at, name, about)


def _row(text: Any, at: str, name: str | None, about: dict[str, Any]) -> Item:
    prefix = prefix_of(text)
    if prefix is None:
        return Defect("service tags: a prefix in CIDR notation", "none here", at)
    service = word(about.get("systemService"))
    return PublishedRange(
        prefix,
        "cloud range",
        at,
        provider="azure",
        region=word(about.get("region")),
        service=name,
        delivery=True if service in DELIVERY else None,
        grade="declared",
    )
