"""One capture, read from start to end: flows, names, and what could not be read.

Spec: docs/reference/facts.md (tables `flow` and `host_name`).
"""

from __future__ import annotations

import mmap
from collections.abc import Collection, Iterator

from evenhand.readers import Item, Partly
from evenhand.readers.pcap import application, columns, flow, packet
from evenhand.readers.pcap.address import LIMIT, Addresses
from evenhand.readers.pcap.aside import Asides
from evenhand.readers.pcap.blocks import Aside
from evenhand.readers.pcap.container import Block, blocks
from evenhand.readers.pcap.exchange import KINDS
from evenhand.readers.pcap.flow import FLOWS, FlowTable
from evenhand.readers.pcap.link import LINKS
from evenhand.readers.pcap.names import NAMES, HostNames
from evenhand.readers.pcap.notes import Notes
from evenhand.readers.pcap.payload import Payloads
from evenhand.readers.pcap.service import SERVICES
from evenhand.readers.pcap.view import View, different

SAID = 64  # unknown link types named, each once


class Capture:
    """What has been read of a capture so far."""

    def __init__(
        self, data: mmap.mmap | bytes, by_one: bool = False, resolvers: Collection[str] = ()
    ) -> None:
        self.view = View(data)
        self.by_one = by_one
        self.addresses = Addresses()
        self.packets = packet.Packets()
        self.names = HostNames()
        self.plain = FlowTable()  # packets with one IP header: in both layers
        self.outer = FlowTable()
        self.inner = FlowTable()
        flows = {False: self.plain, True: self.inner}
        notes = Notes(flows, resolvers)
        self.payloads = Payloads(self.view, self.addresses, self.names, notes, by_one)
        self.full = 0  # packets between addresses that found no room
        self.unknown: dict[int, int] = {}  # link type → packets
        self.asides = Asides(self.view)

    def problems(self) -> Iterator[Partly]:
        """Read everything; yield what was not read, and why."""
        self.view.pass_through()
        for item in blocks(self.view):
            if isinstance(item, Partly):
                yield item
            elif isinstance(item, Aside):
                yield from self.asides.take(item)
            else:
                yield from self._links(item)
                self._block(item)
                self.view.done_with(int(item.offset[-1]))
        self.packets.finish()
        self.names.finish()
        self._late(columns.late(self.packets, self.addresses))
        self.outer.take(self.plain)
        self.inner.take(self.plain)
        yield from self._limits()

    def rows(self) -> Iterator[Item]:
        """The facts, once everything has been read."""
        clients = self.payloads.notes.clients
        outer = self.outer.flows()
        inner = outer if self.inner.is_same(self.outer) else self.inner.flows()
        yield from flow.batches(outer, inner, self.addresses, clients)
        yield from self.names.batches()
        yield from self.payloads.openings.certificates.rows()
        yield from self.payloads.openings.exchanges.rows()
        yield from self.payloads.datagrams.services.rows()
        yield from self.asides.rows()

    def _block(self, block: Block) -> None:
        layers = columns.read(self.view, block, self.packets, self.addresses, self.by_one)
        rows = layers.rows
        self.full += int((rows.state == columns.UNCOUNTED).sum())
        self._count(self.plain, rows, columns.PLAIN)
        self._count(self.inner, rows, columns.TUNNELLED)
        self._count(self.outer, layers.outer, columns.PLAIN)
        self._tunnels(layers.outer)
        self._late(layers.late)
        self.payloads.block(rows, block.captured >= block.wire)
        self.payloads.whole(self.packets.whole)
        self.packets.whole.clear()

    def _count(self, table: FlowTable, rows: columns.Rows, state: int) -> None:
        """Count the rows of one state, and write their flows' numbers."""
        some = rows.state == state
        if some.all():
            table.add(rows)
        elif some.any():
            mine = rows.only(some)
            table.add(mine)
            rows.flow[some] = mine.flow

    def _tunnels(self, outer: columns.Rows) -> None:
        """Note of outer flows which tunnel they are."""
        counted = outer.only((outer.state == columns.PLAIN) & (outer.flow >= 0))
        ends = counted.protocol, counted.source_port, counted.target_port
        self.outer.note("application", counted.flow, application.of_tunnel(*ends))

    def _late(self, late: list[tuple[columns.Rows, columns.Rows]]) -> None:
        for outer, inner in late:
            self._count(self.outer, outer, columns.PLAIN)
            self._count(self.inner, inner, columns.PLAIN)

    def _links(self, block: Block) -> Iterator[Partly]:
        """Say once of each link type that it is not known."""
        for link in different(block.link):
            if link not in LINKS and link not in self.unknown and len(self.unknown) < SAID:
                mine = block.link == link
                self.unknown[link] = int(mine.sum())
                yield Partly(
                    f"packets of link type {link} are not read: the type is not known",
                    int(block.offset[mine][0]),
                )

    def _limits(self) -> Iterator[Partly]:
        """Say which limits cut something off."""
        dropped = max(self.outer.dropped, self.inner.dropped)
        if dropped:
            yield Partly(f"{dropped} packets belong to flows beyond the first {FLOWS}")
        if self.full:
            yield Partly(f"{self.full} packets have IPv6 addresses beyond the first {LIMIT}")
        if self.names.dropped:
            yield Partly(f"host names beyond the first {NAMES} were left out")
        dropped = self.payloads.openings.certificates.dropped
        if dropped:
            yield Partly(f"{dropped} times a certificate was left out: too many different ones")
        if self.payloads.openings.exchanges.dropped:
            yield Partly(f"kinds of HTTP requests beyond the first {KINDS} were left out")
        if self.payloads.datagrams.services.dropped:
            yield Partly(f"SVCB and HTTPS records beyond the first {SERVICES} were left out")
        if self.packets.lost:
            lost = self.packets.lost
            yield Partly(f"{lost} fragmented datagrams were given up: too many at once")
        if self.payloads.lost:
            yield Partly(f"{self.payloads.lost} streams were given up: too many at once")
