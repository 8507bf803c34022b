"""Fact table `carried_file`: a file that was seen on its way between two ends.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
MEANING = {
    "name": "file name or path, as the sender or the request said; empty where none was said",
    "media_type": "as found from its first bytes or as stated: `text/html`, …",
    "size_bytes": "bytes of it that were seen",
    "digest": "`sha256:` and 64 hexadecimal digits, where the log gives it",
    "sender_address": "who sent it; canonical text",
    "receiver_address": "who got it; canonical text",
    "protocol": "what carried it: `http`, `ssl`, `smtp`, …, in lower case",
    "whole": "false where the log says that parts of it were not seen",
    "first_seen": "when it was first seen, UTC",
}


class CarriedFile(NamedTuple):
    """A file that was seen on its way between two ends."""

    name: str | None
    locator: str = ""
    media_type: str | None = None
    size_bytes: int | None = None
    digest: str | None = None
    sender_address: str | None = None
    receiver_address: str | None = None
    protocol: str | None = None
    whole: bool | None = None
    first_seen: datetime | None = None
    grade: str = "observed"
