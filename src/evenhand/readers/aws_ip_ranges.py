"""Amazon Web Services' list of its addresses, ip-ranges.json.

A zone outside its region's own place (a local zone, named by its border group) is kept under the
name of the zone: the region says nothing of where it stands.

Spec: AWS VPC User Guide, "AWS IP address ranges" (syntax of the JSON).
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
RECOGNISES = {"keys": ("syncToken", "createDate", "ipv6_prefixes", "network_border_group")}
EMITS = ("published_range", "defect")
CANNOT_SEE = {"published_range": "which customer uses an address; where a zone stands"}

LISTS = (("prefixes", "ip_prefix"), ("ipv6_prefixes", "ipv6_prefix"))
# services that are what the guide says they are
DELIVERY = ("CLOUDFRONT", "CLOUDFRONT_ORIGIN_FACING")
ANYCAST = ("GLOBALACCELERATOR",)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one row for each prefix and service."""
    said = document(artefact, "syncToken", "prefixes", "ipv6_prefixes")
    day = day_of(said.get("createDate"))
    for key, column in LISTS:
        rows = rows_of(said[key])
        for number, row in enumerate(islice(rows, MOST)):
            at = pointer(key, number)
            prefix = prefix_of(row.get(column)) if isinstance(row, dict) else None
            if prefix is None:
                yield Defect("AWS IP address ranges: a row holds a prefix", f"no {column}", at)
                continue
            service = word(row.get("service"))
            yield PublishedRange(
                prefix,
                "cloud range",
                at,
                provider="aws",
                region=_region(word(row.get("region")), word(row.get("network_border_group"))),
                service=service,
                anycast=True if service in ANYCAST else None,
                delivery=True if service in DELIVERY else None,
                published_on=day,
                grade="declared",
            )
        if len(rows) > MOST:
            yield Partly(f"only the first {MOST} rows of {key} were read")


def _region(region: str | None, group: str | None) -> str | None:
    if (group or region or "").upper() == "GLOBAL":
        return "global"
    return group or region
