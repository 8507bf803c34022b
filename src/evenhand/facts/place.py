"""Fact table `place`: where an address is: three facts kept apart.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
STORED = True
KEY = ("address",)
ROLES = {
    "located_in": "conduct",
    "registered_in": "origin",
    "controlled_by": "origin",
}
MEANING = {
    "address": "canonical text",
    "located_in": "territory in which the host stands (ISO 3166-1 alpha-2)",
    "located_by": (
        "`registry`, `geofeed`, `cloud range`, `declared` or `measured`; `registry` alone never"
        " breaks anything"
    ),
    "registered_in": "territory that the registry names for the network that announces the address",
    "controlled_by": "home territory of the operator, where a list or declaration shows it",
    "network": "autonomous system that announces the address, as `AS64496`",
    "operator": "name of the operator of that network",
    "anycast": "true where its operator says that it answers in many places: then it has no place",
    "delivery": "true where its operator says that it is of a content delivery network",
    "cloud": "cloud that lists the address as its own",
    "region": "the cloud's own name of the region",
    "said_by": "row of `published_range` that the place was taken from",
    "special": (
        "`private`, `loopback`, `link local`, `multicast`, `documentation`, … for addresses "
        "that are no place"
    ),
    "list_version": "lists and dates that this row was looked up in",
}


class Place(NamedTuple):
    """Where an address is: three facts kept apart."""

    address: str
    locator: str = ""
    located_in: str | None = None
    located_by: str | None = None
    registered_in: str | None = None
    controlled_by: str | None = None
    network: str | None = None
    operator: str | None = None
    anycast: bool | None = None
    delivery: bool | None = None
    cloud: str | None = None
    region: str | None = None
    said_by: str | None = None
    special: str | None = None
    list_version: str | None = None
    grade: str = "observed"
