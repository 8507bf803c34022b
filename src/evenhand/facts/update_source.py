"""Fact table `update_source`: where a product takes its updates from, and whether it checks them.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "manager", "target")
WATCH = ("verified",)
RANK = 12
MEANING = {
    "path": "where the file was first met",
    "manager": "`apt`, `opkg`, `apk`, `image` (SWUpdate, RAUC, Mender) or `script`",
    "target": "the source as stated: address, host, or `the whole image`; shortened",
    "verified": (
        "true where the file says that what comes is checked against a key; false where it says "
        "that it is not, or takes it from a connection that anybody on the way can change and "
        "checks nothing; empty: it depends on other files or on the program"
    ),
    "because": "what was seen",
}


class UpdateSource(NamedTuple):
    """Where a product takes its updates from, and whether it checks them."""

    path: str
    manager: str
    locator: str = ""
    target: str | None = None
    verified: bool | None = None
    because: str | None = None
    grade: str = "observed"
