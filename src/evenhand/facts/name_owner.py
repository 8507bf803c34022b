"""Fact table `name_owner`: each host name met, its registrable domain, and whose that is.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
KEY = ("name",)
ROLES = {
    "home_state": "origin",
    "parent_state": "origin",
}
MEANING = {
    "name": "host name, as it was met",
    "domain": "what was registered: one label below the public suffix; empty where there is none",
    "registered_as": "the domain of the row of `domain_owner` that speaks of it",
    "owner": "who it belongs to, where a list or a facts file says so",
    "home_state": "state under whose law the owner is organised, unless that is from memory",
    "parent_state": "the same of the ultimate owner",
    "list_version": "lists and dates that this row was looked up in",
}


class NameOwner(NamedTuple):
    """A host name and whose it is. That a name is somebody's does not show who runs the host."""

    name: str
    locator: str = ""
    domain: str | None = None
    registered_as: str | None = None
    owner: str | None = None
    home_state: str | None = None
    parent_state: str | None = None
    list_version: str | None = None
    grade: str = "observed"
