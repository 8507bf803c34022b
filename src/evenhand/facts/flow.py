"""Fact table `flow`: packets between two ends, both ways; client → server is *sent*.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
STORED = True
MEANING = {
    "layer": (
        "`outer` (first IP header) or `inner` (last IP header of the tunnel chain); every "
        "packet has one of each, so never sum over layers"
    ),
    "client_address": (
        "sender of the first SYN, else of the first packet; canonical text; empty where a log "
        "does not say"
    ),
    "client_port": "0 for ICMP and others without ports",
    "server_address": "the other end; canonical text",
    "server_port": "0 for ICMP and others without ports",
    "protocol": "`tcp`, `udp`, `icmp`, `icmp6`, or the IP protocol number as text",
    "packets_sent": "packets client → server; empty where a log does not count them",
    "bytes_sent": (
        "frame bytes on the wire client → server (original length, all headers); of logs see "
        "`bytes_of`; empty where a log does not count them"
    ),
    "packets_received": "packets server → client",
    "bytes_received": "frame bytes on the wire server → client; of logs see `bytes_of`",
    "first_seen": "time of the first packet, UTC",
    "last_seen": "time of the last packet, UTC",
    "application": (
        "`tls`, `quic`, `http`, `dns`, … as the flow's first bytes tell (for a few, its port as "
        "well); `dot`, `doq` and `doh` where port, ALPN or a known resolver's name says that TLS "
        "or QUIC carries DNS; of outer flows the tunnel; empty where they do not tell"
    ),
    "encrypted": (
        "true where that protocol encrypts what it carries, false where it is in the clear; "
        "empty for protocols that do either (mail with STARTTLS, tunnels) and where it is not known"
    ),
    "alpn": "protocols that the client's TLS or QUIC offers (RFC 7301), in its order, with commas",
    "ja4": "JA4 of the client's ClientHello: clients of one make share it, and others may too",
    "bytes_of": (
        "what the bytes are of: `frame` (also where empty), `ip` (headers and payload of IP), "
        "`payload` (of TCP or UDP), `message` (of HTTP), `not stated` (the log does not say)"
    ),
    "point": "where a log was taken: interface, probe or device, in the log's own words",
    "app": "program that made the flow, as the device that kept the log names it",
    "action": "`accepted` or `rejected` by a packet filter, where a log says so",
}


class Flow(NamedTuple):
    """Packets between two ends, both ways; client → server is *sent*. Fragments join their flow."""

    layer: str
    client_address: str | None
    client_port: int
    server_address: str
    server_port: int
    protocol: str
    packets_sent: int | None
    bytes_sent: int | None
    packets_received: int | None
    bytes_received: int | None
    locator: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    application: str | None = None
    encrypted: bool | None = None
    alpn: str | None = None
    ja4: str | None = None
    bytes_of: str | None = None
    point: str | None = None
    app: str | None = None
    action: str | None = None
    grade: str = "observed"
