"""Packets as columns: the frequent shapes read many at a time, the rest one by one.

A frame that is Ethernet (with up to two VLAN tags), Linux cooked or raw, and carries a plain
IPv4 or IPv6 packet of a transport that is no tunnel, is read here; every other frame goes to
`packet.Packets`. Both must give the same rows: `by_one` reads everything the slow way, for tests.

Spec: as `link` and `packet`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.readers.pcap.address import OVERFLOW, Addresses
from evenhand.readers.pcap.container import Block
from evenhand.readers.pcap.link import IPV4, IPV6, LINKS, VLANS
from evenhand.readers.pcap.packet import TCP, UDP, Hop, Packets, Seen
from evenhand.readers.pcap.tunnel import PORTS

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

NONE, PLAIN, TUNNELLED, WAITING, UNCOUNTED = range(5)
SIMPLE_4 = (1, 2, TCP, UDP, 89, 103, 132)  # transports that never carry another header
SIMPLE_6 = (TCP, UDP, 58, 89, 103, 132)
SYN, ACK = 0x02, 0x10
HEADERS = 112  # bytes that hold every header read here: 20 + 8 of link, 60 of IP, 14 of TCP
FIELDS = ("version", "source", "target", "protocol", "source_port", "target_port", "at", "end")


@dataclass
class Rows:
    """One row per packet (or per header): its ends, and where its transport header lies."""

    number: Integers
    time_us: Integers
    wire: Integers
    state: Integers
    version: Integers
    source: Integers
    target: Integers
    protocol: Integers
    source_port: Integers
    target_port: Integers
    at: Integers
    end: Integers
    flags: Integers  # of TCP, where its header is there

    @classmethod
    def empty(cls, number: Integers, time_us: Integers, wire: Integers) -> Rows:
        """Rows of packets of which nothing is known yet."""
        import numpy as np

        return cls(number, time_us, wire, *(np.zeros(len(number), np.int64) for _ in range(10)))

    @classmethod
    def of(cls, found: Iterable[tuple[Seen, Hop]], addresses: Addresses) -> Rows:
        """Rows of headers that were read one by one."""
        import numpy as np

        pairs = list(found)
        seen = np.array([s for s, _ in pairs], np.int64).reshape(-1, 3)
        rows = cls.empty(seen[:, 0], seen[:, 1], seen[:, 2])
        for i, (_, hop) in enumerate(pairs):
            rows.put(i, hop, addresses, PLAIN)
        return rows

    def put(self, i: int, hop: Hop, addresses: Addresses, state: int) -> None:
        """Fill row `i` from a header that was read one by one."""
        source, target = addresses.number(hop.source), addresses.number(hop.target)
        values = (hop.version, source, target, *hop[3:8])
        for name, value in zip(FIELDS, values, strict=True):
            getattr(self, name)[i] = value
        full = hop.version == 6 and OVERFLOW in (source, target)
        self.state[i] = UNCOUNTED if full else state

    def only(self, index: Any) -> Rows:
        """The rows at `index` (numbers or booleans)."""
        return Rows(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


@dataclass
class Layers:
    """What one block of packets shows."""

    rows: Rows  # one per packet; the innermost header of those that have any
    outer: Rows  # outermost headers of tunnelled packets
    late: list[tuple[Rows, Rows]]  # (outer, inner) of fragments whose flow became known now


def read(
    view: View, block: Block, packets: Packets, addresses: Addresses, by_one: bool = False
) -> Layers:
    """Read the packets of a block."""
    import numpy as np

    count = len(block.offset)
    numbers = np.arange(block.first, block.first + count, dtype=np.int64)
    rows = Rows.empty(numbers, block.time_us, block.wire)
    if not by_one:
        for link in np.unique(block.link).tolist():
            _frames(view, block, link, rows, addresses)
    outer = []
    todo = np.nonzero((rows.state == NONE) & np.isin(block.link, list(LINKS)))[0]
    each = (a[todo].tolist() for a in (block.offset, block.captured, block.link))
    clock = (a[todo].tolist() for a in (block.time_us, block.wire))
    for i, at, captured, link, time, wire in zip(todo.tolist(), *each, *clock, strict=True):
        seen = Seen(block.first + i, time, wire)
        chain = packets.chain(view.data, at, at + captured, link, seen)
        if chain is None:
            rows.state[i] = WAITING
        elif chain:
            rows.put(i, chain[-1], addresses, TUNNELLED if len(chain) > 1 else PLAIN)
            if len(chain) > 1:
                outer.append((seen, chain[0]))
    _flags(view, rows, todo)
    return Layers(rows, Rows.of(outer, addresses), late(packets, addresses))


def late(packets: Packets, addresses: Addresses) -> list[tuple[Rows, Rows]]:
    """Take the fragments away whose flow has become known."""
    if not packets.late:
        return []
    outer = Rows.of(((x.seen, x.chain[0]) for x in packets.late), addresses)
    inner = Rows.of(((x.seen, x.chain[-1]) for x in packets.late), addresses)
    packets.late.clear()
    return [(outer, inner)]


def _flags(view: View, rows: Rows, which: Integers) -> None:
    """TCP flags of rows that were read one by one, if their header was captured that far."""
    tcp = which[(rows.protocol[which] == TCP) & (rows.end[which] - rows.at[which] >= 14)]
    rows.flags[tcp] = view.bytes_at(rows.at[tcp] + 13)


def _frames(view: View, block: Block, link: int, rows: Rows, addresses: Addresses) -> None:
    """Find the IP header of every frame of one link type, then read those headers."""
    import numpy as np

    mine = np.nonzero((block.link == link) & (block.captured >= 34))[0]
    if link not in (1, 12, 14, 101, 113, 228, 229, 276) or not len(mine):
        return
    view, start = view.window(block.offset[mine], HEADERS)
    shift = block.offset[mine] - start  # from the window to the file
    end = start + block.captured[mine]
    if link in (1, 113, 276):
        type_at, head = {1: (12, 14), 113: (14, 16), 276: (0, 20)}[link]
        kind, at = view.be16(start + type_at), start + head
    else:
        first = view.bytes_at(start) >> 4
        kind, at = np.where(first == 4, IPV4, np.where(first == 6, IPV6, 0)), start
    for _ in range(2):
        tagged = np.isin(kind, VLANS)
        if not tagged.any():
            break
        kind = np.where(tagged, view.be16(at + 2), kind)
        at = np.where(tagged, at + 4, at)
    for wanted, reader in ((IPV4, _ipv4), (IPV6, _ipv6)):
        some = kind == wanted
        if some.any():
            where = Place(view, mine[some], at[some], end[some], shift[some])
            reader(where, rows, addresses)


class Place(NamedTuple):
    """IP headers of some rows: where they lie in `view`, and how far that is from the file."""

    view: View
    which: Integers  # rows
    at: Integers
    end: Integers
    shift: Integers

    def only(self, good: Any, end: Integers) -> Place:
        """Those of `good`; `end` is where the packet ends."""
        return Place(self.view, self.which[good], self.at[good], end[good], self.shift[good])


def _ipv4(place: Place, rows: Rows, addresses: Addresses) -> None:
    """IPv4 headers in full, not fragments, of transports that end the chain."""
    import numpy as np

    view, _, at, end, _ = place
    first, total, protocol = view.bytes_at(at), view.be16(at + 2), view.bytes_at(at + 9)
    head = (first & 15) * 4
    good = (first >> 4 == 4) & (head >= 20) & (total >= head) & (at + head <= end)
    good &= (view.be16(at + 6) & 0x3FFF == 0) & np.isin(protocol, SIMPLE_4)
    place = place.only(good, np.minimum(end, at + total))
    ends = view.be32(place.at + 12), view.be32(place.at + 16)
    _transport(place, place.at + head[good], rows, (4, *ends, protocol[good]))


def _ipv6(place: Place, rows: Rows, addresses: Addresses) -> None:
    """IPv6 headers in full, without extension headers."""
    import numpy as np

    view, _, at, end, _ = place
    length, protocol = view.be16(at + 4), view.bytes_at(at + 6)
    good = (view.bytes_at(at) >> 4 == 6) & (length > 0) & (at + 40 <= end)
    good &= np.isin(protocol, SIMPLE_6)
    place = place.only(good, np.minimum(end, at + 40 + length))
    if len(place.at):
        ends = addresses.numbers(view, place.at + 8), addresses.numbers(view, place.at + 24)
        _transport(place, place.at + 40, rows, (6, *ends, protocol[good]))


def _transport(place: Place, at: Integers, rows: Rows, found: tuple[Any, ...]) -> None:
    """Ports, and the rows themselves; UDP to or from a tunnel's port is left for one by one."""
    import numpy as np

    view, which, _, end, shift = place
    version, source, target, protocol = found
    ported = ((protocol == TCP) | (protocol == UDP)) & (end - at >= 4)
    source_port = np.where(ported, view.be16(at), 0)
    target_port = np.where(ported, view.be16(at + 2), 0)
    flags = np.where((protocol == TCP) & (end - at >= 14), view.bytes_at(at + 13), 0)
    tunnels = list(PORTS)
    maybe = (protocol == UDP) & (np.isin(source_port, tunnels) | np.isin(target_port, tunnels))
    full = (version == 6) & ((source == OVERFLOW) | (target == OVERFLOW))
    state = np.where(full, UNCOUNTED, PLAIN)
    keep = ~maybe
    put = which[keep]
    rows.version[put] = version
    values = (source, target, protocol, source_port, target_port, at + shift, end + shift)
    for name, value in zip((*FIELDS[1:], "flags", "state"), (*values, flags, state), strict=True):
        getattr(rows, name)[put] = value[keep]
