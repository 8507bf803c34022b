"""Fact table `setting`: what the configuration of a service says of who is let in, and how.

Spec: sshd_config(5), OpenWrt UCI; docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "service", "name", "scope")
WATCH = ("value",)
MEANING = {
    "path": "where the file was first met",
    "service": "`sshd`, `dropbear`, …",
    "name": "name of the setting, lower case",
    "value": "value as stated, lower case; shortened",
    "scope": "the condition under which alone it holds (`Match …`); empty: always",
}


class Setting(NamedTuple):
    """A setting of a service, as its configuration states it."""

    path: str
    service: str
    name: str
    value: str
    locator: str = ""
    scope: str | None = None
    grade: str = "observed"
