"""Fact table `flow`: packets between two ends, both ways; client → server is *sent*.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
MEANING = {
    "layer": (
        "`outer` (first IP header) or `inner` (last IP header of the tunnel chain); every "
        "packet has one of each, so never sum over layers"
    ),
    "client_address": "sender of the first SYN, else of the first packet; canonical text",
    "client_port": "0 for ICMP and others without ports",
    "server_address": "the other end; canonical text",
    "server_port": "0 for ICMP and others without ports",
    "protocol": "`tcp`, `udp`, `icmp`, `icmp6`, or the IP protocol number as text",
    "packets_sent": "packets client → server",
    "bytes_sent": "frame bytes on the wire client → server (original length, all headers)",
    "packets_received": "packets server → client",
    "bytes_received": "frame bytes on the wire server → client",
    "first_seen": "time of the first packet, UTC",
    "last_seen": "time of the last packet, UTC",
}


class Flow(NamedTuple):
    """Packets between two ends, both ways; client → server is *sent*. Fragments join their flow."""

    layer: str
    client_address: str
    client_port: int
    server_address: str
    server_port: int
    protocol: str
    packets_sent: int
    bytes_sent: int
    packets_received: int
    bytes_received: int
    locator: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    grade: str = "observed"
