"""Fact table `cloud_region`: where a cloud says that its regions stand.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
KEY = ("provider", "region")
ROLES = {
    "territory": "conduct",
}
MEANING = {
    "provider": "the cloud, as its lists of addresses are named for it",
    "region": "its own name of the region",
    "territory": "territory that the region stands in (ISO 3166-1 alpha-2)",
    "source": "where this was read",
    "unverified": "true where it is from memory: such a row never breaks anything",
}


class CloudRegion(NamedTuple):
    """A region of a cloud and the territory that it stands in, as the cloud says."""

    provider: str
    region: str
    locator: str = ""
    territory: str | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
