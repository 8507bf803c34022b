"""Fact table `host_name`: a name that was used for an address, or asked for.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
STORED = True
COMPARE = ("name", "source")
RANK = 30
MEANING = {
    "name": "lower case, no final dot; odd bytes as `\\xNN`",
    "address": "the address that the name was used for, where known",
    "source": (
        "`dns question`, `dns answer`, `dns alias`, `dns additional`, `tls`, `quic`, `gquic`, "
        "`dtls`, `ssdp`, `mdns`, `llmnr`, `netbios`; `http`: host of a request in the clear; "
        "`https`: host of a request that was encrypted on its way, as a key log, a browser's "
        "archive or a proxy shows it; `dns pointer`: what a resolver calls an address (PTR), which "
        "nobody asked for by that name; `dns service`: a host that an HTTPS or SVCB record sends "
        "to; `name block`: a name that the capture's own file gives an address; "
        "`tls outer (ech)` and `quic outer (ech)` are names that stand before the hidden one"
    ),
    "first_seen": "time of the first packet that showed it, UTC",
}


class HostName(NamedTuple):
    """A name that was used for an address, or asked for."""

    name: str
    source: str
    locator: str = ""
    address: str | None = None
    first_seen: datetime | None = None
    grade: str = "observed"
