"""Packets as columns: the frequent shapes read many at a time, the rest one by one.

A frame that is Ethernet (with up to two VLAN tags), Linux cooked or raw, and carries a plain
IPv4 or IPv6 packet of a transport that is no tunnel, is read here; every other frame goes to
`packet.Packets`. Both must give the same rows: `by_one` reads everything the slow way, for tests.

Spec: as `link` and `packet`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.readers.pcap.address import OVERFLOW, Addresses
from evenhand.readers.pcap.container import Block
from evenhand.readers.pcap.link import IPV4, IPV6, LINKS, VLANS
from evenhand.readers.pcap.packet import TCP, UDP, Hop, Packets, Seen
from evenhand.readers.pcap.tunnel import PORTS
from evenhand.readers.pcap.view import different

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

NONE, PLAIN, TUNNELLED, WAITING, UNCOUNTED = range(5)
SIMPLE_4 = (1, 2, TCP, UDP, 89, 103, 132)  # transports that never carry another header
SIMPLE_6 = (TCP, UDP, 58, 89, 103, 132)
SYN, ACK = 0x02, 0x10
HEADERS = 112  # bytes that hold every header read here: 20 + 8 of link, 60 of IP, 14 of TCP
# link type → where the EtherType stands (None: there is none), bytes before the IP header
LINK_HEADS: dict[int, tuple[int | None, int]] = {
    1: (12, 14), 12: (None, 0), 14: (None, 0), 101: (None, 0), 113: (14, 16), 228: (None, 0),
    229: (None, 0), 276: (0, 20),
}  # fmt: skip
# name, numpy type and place of the fields that are read
IP4_FIELDS = (
    ("length", ">u2", 2), ("fragment", ">u2", 6), ("protocol", "u1", 9),
    ("source", ">u4", 12), ("target", ">u4", 16),
)  # fmt: skip
IP6_FIELDS = (
    ("length", ">u2", 4), ("protocol", "u1", 6), ("source", ">u8", 8), ("source_low", ">u8", 16),
    ("target", ">u8", 24), ("target_low", ">u8", 32),
)  # fmt: skip
TRANSPORT_FIELDS = (("from", ">u2", 0), ("to", ">u2", 2), ("off", "u1", 12), ("flags", "u1", 13))
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
    body: Integers  # where what UDP or TCP carries begins; `end` where nothing was kept of it
    flow: Integers  # number of its flow in its table; negative where it has none

    @classmethod
    def empty(cls, number: Integers, time_us: Integers, wire: Integers) -> Rows:
        """Rows of packets of which nothing is known yet."""
        import numpy as np

        return cls(number, time_us, wire, *(np.zeros(len(number), np.int64) for _ in range(12)))

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

    numbers = np.arange(block.first, block.first + len(block.offset), dtype=np.int64)
    rows = Rows.empty(numbers, block.time_us, block.wire)
    if not by_one:
        for link in different(block.link):
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
    """TCP flags and bodies of rows that were read one by one, if their header was captured."""
    import numpy as np

    room, protocol = rows.end[which] - rows.at[which], rows.protocol[which]
    tcp = which[(protocol == TCP) & (room >= 14)]
    rows.flags[tcp] = view.bytes_at(rows.at[tcp] + 13)
    head = np.where(protocol == UDP, 8, 0)
    long = (protocol == TCP) & (room >= 20)
    head[long] = (view.bytes_at(rows.at[which[long]] + 12) >> 4) * 4
    whole = (head >= 8) & (room >= head)
    rows.body[which] = np.where(whole, rows.at[which] + head, rows.end[which])


def _frames(view: View, block: Block, link: int, rows: Rows, addresses: Addresses) -> None:
    """Find the IP header of every frame of one link type, then read those headers.

    Headers at their usual place are read as columns of one table; where they stand further in
    (tags, IP options), their places are read first.
    """
    import numpy as np

    mine = np.nonzero((block.link == link) & (block.captured >= 34))[0]
    if link not in LINK_HEADS or not len(mine):
        return
    window, start = view.window(block.offset[mine], HEADERS)
    type_at, head = LINK_HEADS[link]
    if window is view:
        left = np.arange(len(mine))
    else:
        table = Table(window, mine, start, block.offset[mine], block.captured[mine], head)
        left = table.read(type_at, rows, addresses)
    if not len(left):
        return
    mine, start = mine[left], start[left]
    shift = block.offset[mine] - start  # from the window to the file
    end = start + block.captured[mine]
    if type_at is not None:
        kind, at = window.be16(start + type_at), start + head
    else:
        first = window.bytes_at(start) >> 4
        kind, at = np.where(first == 4, IPV4, np.where(first == 6, IPV6, 0)), start
    for _ in range(2):
        tagged = np.isin(kind, VLANS)
        if not tagged.any():
            break
        kind = np.where(tagged, window.be16(at + 2), kind)
        at = np.where(tagged, at + 4, at)
    for wanted, reader in ((IPV4, _ipv4), (IPV6, _ipv6)):
        some = kind == wanted
        if some.any():
            where = Place(window, mine[some], at[some], end[some], shift[some])
            reader(where, rows, addresses)


class Table(NamedTuple):
    """The first bytes of frames side by side, so that a field at one place is one column."""

    window: View
    which: Integers  # rows
    start: Integers  # of each frame in the window
    offset: Integers  # of each frame in the file
    captured: Integers
    head: int  # bytes before the IP header

    def read(self, type_at: int | None, rows: Rows, addresses: Addresses) -> Integers:
        """Read the headers that stand where most do; which frames are left."""
        import numpy as np

        lines = np.frombuffer(self.window.data, np.uint8).reshape(-1, HEADERS)
        first = lines[:, self.head]
        four, six = first == 0x45, first >> 4 == 6
        if type_at is not None:
            kind = lines[:, type_at].astype(np.int64) << 8 | lines[:, type_at + 1]
            four, six = four & (kind == IPV4), six & (kind == IPV6)
        placed = self.start == np.arange(len(self.start)) * HEADERS  # not so at the file's end
        left = ~placed
        for wanted, version in ((four, 4), (six, 6)):
            some = np.nonzero(wanted & placed)[0]
            if len(some):
                self._headers(lines, some, version, rows, addresses)
        left |= placed & ~four & ~six
        return np.nonzero(left)[0]

    def _headers(
        self, lines: Any, some: Integers, version: int, rows: Rows, addresses: Addresses
    ) -> None:
        """IP headers of one version; the same conditions as in `_ipv4` and `_ipv6`."""
        import numpy as np

        size = 20 if version == 4 else 40
        table = lines.reshape(-1).view(_layout(version, self.head))
        if len(some) < len(table):
            table = table[some]
        captured, total = self.captured[some], table["length"].astype(np.int64)
        good = (self.head + size <= captured) & _simple(version)[table["protocol"]]
        if version == 4:
            good &= (table["fragment"] & 0x3FFF == 0) & (total >= 20)
        else:
            good &= total > 0
            total += 40
        if not good.all():
            table, some, captured, total = table[good], some[good], captured[good], total[good]
        if not len(some):
            return
        offset = self.offset[some] + self.head
        end = np.minimum(offset - self.head + captured, offset + total)
        if version == 4:
            source, target = (table[n].astype(np.int64) for n in ("source", "target"))
        else:
            source, target = (
                addresses.columns(*(table[n].astype(np.uint64) for n in pair))
                for pair in (("source", "source_low"), ("target", "target_low"))
            )
        found = Found(
            version, source, target, *(table[n] for n in ("protocol", "from", "to", "off", "flags"))
        )
        _transport(self.which[some], offset + size, end, rows, found)


class Found(NamedTuple):
    """Fields of IP and transport headers, before it is known how far the packets reach."""

    version: int
    source: Integers
    target: Integers
    protocol: Any
    source_port: Any
    target_port: Any
    offset: Any  # of what TCP carries, in the upper four bits
    flags: Any


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

    def transport(
        self, at: Integers, rows: Rows, found: tuple[int, Integers, Integers, Any]
    ) -> None:
        """Read the transport headers at `at`."""
        view = self.view
        fields = view.be16(at), view.be16(at + 2), view.bytes_at(at + 12), view.bytes_at(at + 13)
        _transport(self.which, at + self.shift, self.end + self.shift, rows, Found(*found, *fields))


def _ipv4(place: Place, rows: Rows, addresses: Addresses) -> None:
    """IPv4 headers in full, not fragments, of transports that end the chain."""
    import numpy as np

    view, _, at, end, _ = place
    first, total, protocol = view.bytes_at(at), view.be16(at + 2), view.bytes_at(at + 9)
    head = (first & 15) * 4
    good = (first >> 4 == 4) & (head >= 20) & (total >= head) & (at + head <= end)
    good &= (view.be16(at + 6) & 0x3FFF == 0) & _simple(4)[protocol]
    place = place.only(good, np.minimum(end, at + total))
    ends = view.be32(place.at + 12), view.be32(place.at + 16)
    place.transport(place.at + head[good], rows, (4, *ends, protocol[good]))


def _ipv6(place: Place, rows: Rows, addresses: Addresses) -> None:
    """IPv6 headers in full, without extension headers."""
    import numpy as np

    view, _, at, end, _ = place
    length, protocol = view.be16(at + 4), view.bytes_at(at + 6)
    good = (view.bytes_at(at) >> 4 == 6) & (length > 0) & (at + 40 <= end)
    good &= _simple(6)[protocol]
    place = place.only(good, np.minimum(end, at + 40 + length))
    if len(place.at):
        ends = (
            addresses.columns(view.words64(place.at + n), view.words64(place.at + n + 8))
            for n in (8, 24)
        )
        place.transport(place.at + 40, rows, (6, *ends, protocol[good]))


def _transport(which: Integers, at: Integers, end: Integers, rows: Rows, found: Found) -> None:
    """Ports, and the rows themselves; UDP to or from a tunnel's port is left for one by one."""
    import numpy as np

    protocol, room = found.protocol, end - at
    tcp, udp = protocol == TCP, protocol == UDP
    ported = (tcp | udp) & (room >= 4)
    source_port = np.where(ported, found.source_port, 0)
    target_port = np.where(ported, found.target_port, 0)
    flags = np.where(tcp & (room >= 14), found.flags, 0)
    head = np.where(udp, 8, np.where(tcp & (room >= 20), (found.offset >> 4) * np.int64(4), 0))
    full = (found.version == 6) & ((found.source == OVERFLOW) | (found.target == OVERFLOW))
    state, maybe = np.where(full, UNCOUNTED, PLAIN), _tunnels()
    keep = ~(udp & (maybe[source_port] | maybe[target_port]))
    values = (found.source, found.target, protocol, source_port, target_port, at, end)
    body = np.where((head >= 8) & (room >= head), at + head, end)
    if not keep.all():
        which = which[keep]
        values = tuple(v[keep] for v in values)
        flags, body, state = flags[keep], body[keep], state[keep]
    rows.version[which] = found.version
    names, every = (*FIELDS[1:], "flags", "body", "state"), len(which) == len(rows.number)
    for name, value in zip(names, (*values, flags, body, state), strict=True):
        if every:  # the usual case
            setattr(rows, name, value.astype(np.int64, copy=False))
        else:
            getattr(rows, name)[which] = value


@functools.cache
def _simple(version: int) -> Any:
    """By protocol number: whether it ends the chain of headers."""
    import numpy as np

    ends = np.zeros(256, bool)
    ends[list(SIMPLE_4 if version == 4 else SIMPLE_6)] = True
    return ends


@functools.cache
def _tunnels() -> Any:
    """By UDP port: whether a tunnel is registered for it."""
    import numpy as np

    ports = np.zeros(65_536, bool)
    ports[list(PORTS)] = True
    return ports


@functools.cache
def _layout(version: int, head: int) -> Any:
    """Fields of an IP header without options, and of the transport header behind it."""
    import numpy as np

    ip = IP4_FIELDS if version == 4 else IP6_FIELDS
    after = 20 if version == 4 else 40
    fields = [*ip, *((name, kind, after + at) for name, kind, at in TRANSPORT_FIELDS)]
    return np.dtype(
        {
            "names": [name for name, _, _ in fields],
            "formats": [kind for _, kind, _ in fields],
            "offsets": [head + at for _, _, at in fields],
            "itemsize": HEADERS,
        }
    )
