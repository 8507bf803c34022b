"""Fact table `declaration`: what a product or its maker says of itself.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
COMPARE = ("product", "kind", "host", "state", "text")
WATCH = ("complete",)
ROLES = {
    "state": "conduct",
}
MEANING = {
    "product": "product that it is about; empty: of the artefact's own product",
    "kind": (
        "`host` (contacted hosts), `state` (states data go to), `control` (states in which owners "
        "and operators of hosts are at home), `encryption` (traffic, of `host` or all of it, is "
        "encrypted; text `none`: it is not), `clear text` (data sent so), `access` (ways in), "
        "`support period`, `disclosure contact`, `update signature`, `permission` (what an app "
        "asks for), `section` (of a distribution: what a package is for), …"
    ),
    "host": "for `host` and `encryption`: a name, `*.name` or address",
    "state": "for `state` and `control`: a territory",
    "text": "for other kinds: what is declared",
    "complete": "true where the declarer says that its rows of this kind are all there are",
    "on_day": "day of the declaration",
    "until_day": "last day of what is declared, as of a support period",
}


class Declaration(NamedTuple):
    """What a product or its maker says of itself."""

    kind: str
    locator: str = ""
    product: str | None = None
    host: str | None = None
    state: str | None = None
    text: str | None = None
    complete: bool | None = None
    on_day: date | None = None
    until_day: date | None = None
    grade: str = "observed"
