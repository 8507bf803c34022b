"""Fact table `interference`: what a measurement says of reaching a service from a place.

Spec: OONI data formats (df-000 and the test specifications ts-*); docs/reference/facts.md.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

VERSION = 1
COMPARE = ("service", "place", "network", "test", "seen")
ROLES = {
    "place": "conduct",
}
MEANING = {
    "service": "what was to be reached: a host name, or the service that the test is named for",
    "place": "territory that the measuring device was in, as its address says",
    "seen": (
        "`reached`; `anomaly` (it failed there and not from elsewhere: a sign, no proof); "
        "`confirmed` (the answer is a known block page or address, or who measured says so); "
        "`not decided` (the test failed or did not judge)"
    ),
    "how": "what failed: `dns`, `tcp_ip`, `http-failure`, `http-diff`, `tls`, …, as reported",
    "network": "autonomous system that the device was in: `AS` and number",
    "on_day": "day of the measurement, UTC",
    "first_seen": "time of the measurement, UTC",
    "test": "name of the test",
    "measured": "what was given to the test to measure: an address of the web, or empty",
    "report": "identifier of the report that it belongs to, by which it is found again",
}


class Interference(NamedTuple):
    """What one measurement says of reaching a service. An anomaly has many causes; only a
    `confirmed` one is more than `alleged`, and none says who interfered.
    """

    service: str
    seen: str
    locator: str = ""
    place: str | None = None
    how: str | None = None
    network: str | None = None
    on_day: date | None = None
    first_seen: datetime | None = None
    test: str | None = None
    measured: str | None = None
    report: str | None = None
    grade: str = "observed"
