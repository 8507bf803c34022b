"""Fact table `network_owner`: whose an autonomous system is, and where the owner is at home.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
KEY = ("network",)
ROLES = {
    "home_state": "origin",
    "parent_state": "origin",
}
MEANING = {
    "network": "autonomous system, as `AS64496`",
    "owner": "who it belongs to",
    "home_state": "state under whose law the owner is organised; empty: not known",
    "parent": "ultimate owner, where known",
    "parent_state": "state under whose law the ultimate owner is organised",
    "source": "where this was read",
    "unverified": "true where it is from memory: such a row never breaks anything",
}


class NetworkOwner(NamedTuple):
    """A network and the organisation that operates it: rows of the list for networks that were met,
    and those that a facts file gives, which win.
    """

    network: str
    locator: str = ""
    owner: str | None = None
    home_state: str | None = None
    parent: str | None = None
    parent_state: str | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "observed"
