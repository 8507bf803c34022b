"""SVCB and HTTPS records of the DNS, each different one once.

Spec: RFC 9460; docs/reference/facts.md (table `service_record`).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.facts.service_record import ServiceRecord
from evenhand.readers.pcap import dns
from evenhand.readers.pcap.address import text
from evenhand.readers.pcap.container import MISSING, moment
from evenhand.readers.pcap.names import Where, in_labels

SERVICES = 50_000  # different records kept: those met first
KINDS = {dns.SVCB: "svcb", dns.HTTPS: "https"}
Said = tuple[dns.Name, int, dns.Service]


class Services:
    """Records met so far."""

    def __init__(self) -> None:
        self.dropped = 0
        self._found: dict[Said, Where] = {}

    def add(self, record: dns.Record, service: dns.Service, where: Where) -> None:
        """Keep a record."""
        said = record.owner, record.kind, service
        earlier = self._found.get(said)
        if earlier is None and len(self._found) >= SERVICES:
            self.dropped += 1
        else:
            self._found[said] = where if earlier is None else min(earlier, where)

    def rows(self, said: str = "") -> Iterator[ServiceRecord]:
        """All records, in the order in which they were met; `said` ends their locators."""
        for (owner, kind, service), where in sorted(self._found.items(), key=_order):
            offered = (p.decode("ascii", "backslashreplace") for p in service.protocols)
            yield ServiceRecord(
                name=in_labels(owner),
                kind=KINDS[kind],
                locator=f"packet {where.number}{said}",
                priority=service.priority,
                target=in_labels(service.target) or None,
                port=service.port,
                alpn=",".join(offered) or None,
                addresses=[text(a) for a in service.addresses],
                encrypted_hello=service.encrypted,
                first_seen=None if where.time_us == MISSING else moment(where.time_us),
            )


def _order(found: tuple[Said, Where]) -> tuple[object, ...]:
    (owner, kind, service), where = found
    port = -1 if service.port is None else service.port
    return where, owner, kind, *service[:3], port, *service[4:]
