"""Fact table `destination`: where a product's traffic went.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
STORED = True
COMPARE = ("host", "address")
WATCH = ("special",)
RANK = 30
MEANING = {
    "product": "key of the product whose capture shows it",
    "address": "the server's address",
    "host": (
        "the name that was used for it (tls, quic and http before dns); empty where none was seen"
    ),
    "flows": "flows to it",
    "bytes_sent": "frame bytes towards it",
    "bytes_received": "frame bytes from it",
    "first_seen": "UTC",
    "last_seen": "UTC",
    "bytes_of": (
        "what the bytes are of, as in `flow`; `mixed` where logs differ; `not counted` where none "
        "counts them, and the bytes are then 0"
    ),
    "encrypted": (
        "true where every flow to it was seen to be encrypted, false where one was seen in clear "
        "text; empty: not known"
    ),
    "app": "program that made the flows, where one log names one",
    "special": "as in `place`: not empty where the address is no place on the public internet",
}


class Destination(NamedTuple):
    """A place that a product's traffic went to: the subject of the traffic checks, made from
    `flow` and `host_name`.
    """

    product: str
    address: str
    flows: int
    bytes_sent: int
    bytes_received: int
    locator: str = ""
    host: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    bytes_of: str | None = None
    encrypted: bool | None = None
    app: str | None = None
    special: str | None = None
    grade: str = "observed"
