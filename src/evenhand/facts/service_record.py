"""Fact table `service_record`: SVCB and HTTPS records of the DNS, which say how to reach a service.

Spec: RFC 9460, RFC 9848 (encrypted ClientHello); docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

VERSION = 1
COMPARE = ("name", "target")
MEANING = {
    "name": "whose record it is, lower case, as asked: with `_port._scheme` where that stands",
    "kind": "`https` or `svcb`",
    "priority": "0: the target stands for the name; else the lowest is tried first",
    "target": "host that serves it, lower case; empty: the name itself",
    "port": "port of the service; empty: that of its scheme",
    "alpn": "protocols that it offers (RFC 7301), with commas",
    "addresses": "address hints, canonical text",
    "encrypted_hello": (
        "true where it brings a key by which a client can hide the name it asks for (ECH): names "
        "in the clear in connections there need not be the true ones"
    ),
    "first_seen": "time of the first packet that showed it, UTC",
}


class ServiceRecord(NamedTuple):
    """A record of the DNS that says how to reach a service; nothing shows that it was followed."""

    name: str
    kind: str
    locator: str = ""
    priority: int | None = None
    target: str | None = None
    port: int | None = None
    alpn: str | None = None
    addresses: Sequence[str] = ()
    encrypted_hello: bool | None = None
    first_seen: datetime | None = None
    grade: str = "observed"
