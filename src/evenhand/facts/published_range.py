"""Fact table `published_range`: what an operator publishes of its addresses.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
ROLES = {
    "territory": "conduct",
}
MEANING = {
    "prefix": "addresses that it is about, as `192.0.2.0/24`",
    "kind": "`geofeed` or `cloud range`",
    "territory": "territory that the publisher says they are used in (ISO 3166-1 alpha-2)",
    "place": "city or region in the publisher's words, for people",
    "provider": "cloud or network whose list it is; empty where a geofeed does not say",
    "region": "the cloud's own name of a region, as `xx-east-1`; `global` where it names none",
    "service": "what they are used for, in the publisher's words",
    "anycast": "true where the publisher says that they answer in many places",
    "delivery": "true where the publisher says that they are of a content delivery network",
    "published_on": "day that the list gives for itself",
}


class PublishedRange(NamedTuple):
    """A prefix in a geofeed or in a cloud's list of its addresses: the publisher's own word."""

    prefix: str
    kind: str
    locator: str = ""
    territory: str | None = None
    place: str | None = None
    provider: str | None = None
    region: str | None = None
    service: str | None = None
    anycast: bool | None = None
    delivery: bool | None = None
    published_on: date | None = None
    grade: str = "observed"
