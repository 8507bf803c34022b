"""Fact table `party`: suppliers, carriers, hosts and sellers.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
KEY = ("party", "role", "product", "serves", "use")
ROLES = {
    "home_state": "origin",
    "parent_state": "origin",
    "serves": "conduct",
}
MEANING = {
    "party": "name as stated",
    "role": (
        "`carrier`, `app provider`, `app store`, `phone maker`, `cloud operator`, `cable "
        "owner`, `cable builder`, `equipment vendor`, `provider`, …"
    ),
    "product": "product or service in which it has that role",
    "home_state": "state under whose law it is organised",
    "parent": "ultimate owner",
    "parent_state": "home state of the ultimate owner",
    "serves": "territory that the service is offered in, connects or carries data of",
    "use": "what it is used for, in the words of the rule (`diplomatic facility`, `5g`, …)",
    "on_day": "day for which this holds",
}


class Party(NamedTuple):
    """Somebody who supplies, carries, hosts or sells: with the state that it comes from."""

    party: str
    role: str
    locator: str = ""
    product: str | None = None
    home_state: str | None = None
    parent: str | None = None
    parent_state: str | None = None
    serves: str | None = None
    use: str | None = None
    on_day: date | None = None
    grade: str = "observed"
