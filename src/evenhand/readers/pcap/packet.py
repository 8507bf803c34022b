"""One packet: the chain of IP headers in it, outermost first, and its fragments' owner.

Every shape of packet is read here, one at a time; `columns` reads the most frequent shapes many
at a time and must agree with it.

Spec: RFC 791, RFC 8200, RFC 4302; RFC 1122 §3.3.2 (time to wait for fragments).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evenhand.readers.pcap.link import FRAMES, IPV4, IPV6, LINKS, half
from evenhand.readers.pcap.tunnel import PORTS, PROTOCOLS

TCP, UDP = 6, 17
DEPTH = 24  # headers followed in one packet
DATAGRAMS = 4096  # datagrams waiting for fragments at a time
HELD = 32 << 20  # bytes of fragments held at a time
WAITING = 65_536  # fragments waiting for their first at a time
TRIES = 4  # to put a datagram together whose fragments overlap
PATIENCE_US = 60_000_000  # RFC 1122: 60 to 120 seconds
EXTENSIONS = (0, 43, 60, 135, 139, 140)  # IPv6 headers of the common shape (RFC 7045)


class Hop(NamedTuple):
    """One IP header: its ends, and where what it carries lies in `data`."""

    version: int
    source: bytes
    target: bytes
    protocol: int
    source_port: int
    target_port: int
    at: int
    end: int
    data: Any  # the capture, or a datagram put together from fragments


class Seen(NamedTuple):
    """What the capture says of a packet, apart from its bytes."""

    number: int
    time_us: int
    wire: int


class Late(NamedTuple):
    """A fragment whose flow became known after it had passed."""

    seen: Seen
    chain: list[Hop]


@dataclass
class Datagram:
    """Fragments of one datagram: who owns them, who waits, and the bytes so far."""

    time_us: int
    rest: list[Hop] | None = None  # this hop with its ports, and what is inside
    waiting: list[Late] = field(default_factory=list)
    pieces: dict[int, bytes] = field(default_factory=dict)
    held: int = 0  # bytes of them
    total: int = -1  # bytes of the datagram, once its last fragment has come
    tries: int = 0


Key = tuple[bytes, bytes, int, int]


class Packets:
    """Reads packets; remembers fragments, so that they join their flow.

    `late` and `whole` collect what fragments brought to light: rows that can now be counted, and
    datagrams that are complete. Whoever calls takes them away. `lost` counts evicted datagrams.
    """

    def __init__(self) -> None:
        self.late: list[Late] = []
        self.whole: list[Late] = []
        self.lost = 0
        self._held = 0
        self._waiting = 0
        self._datagrams: OrderedDict[Key, Datagram] = OrderedDict()

    def chain(self, data: Any, at: int, end: int, link: int, seen: Seen) -> list[Hop] | None:
        """The IP headers of a frame, outermost first; None: a fragment that has to wait."""
        reader = LINKS.get(link)
        step = reader(data, at, end) if reader else None
        return [] if step is None else self._follow(data, step, [], seen)

    def finish(self) -> None:
        """Give up waiting: fragments whose first never came count without ports."""
        while self._datagrams:
            self._release(self._datagrams.popitem(last=False)[1])

    def _follow(
        self, data: Any, step: tuple[int, int, int] | None, chain: list[Hop], seen: Seen
    ) -> list[Hop] | None:
        for _ in range(DEPTH):
            if step is None or step[1] > step[2]:
                return chain
            kind, at, end = step
            if kind in (IPV4, IPV6):
                # Some senders mark IPv6 as IPv4: the version in the header decides.
                four = kind == IPV4 and end > at and data[at] >> 4 != 6
                read = self._ipv4 if four else self._ipv6
                found = read(data, at, end, chain, seen)
                if found is None or isinstance(found, list):
                    return found
                step = found
            else:
                reader = FRAMES.get(kind)
                step = reader(data, at, end) if reader else None
        return chain

    def _ipv4(
        self, data: Any, at: int, end: int, chain: list[Hop], seen: Seen
    ) -> tuple[int, int, int] | list[Hop] | None:
        if end - at < 20:
            return chain
        head, total = (data[at] & 15) * 4, half(data, at + 2)
        if data[at] >> 4 != 4 or head < 20:
            return chain
        if total >= head:  # else left empty by the sender's hardware, or broken
            end = min(end, at + total)
        source, target = bytes(data[at + 12 : at + 16]), bytes(data[at + 16 : at + 20])
        protocol, cut = data[at + 9], half(data, at + 6)
        hop = Hop(4, source, target, protocol, 0, 0, min(at + head, end), end, data)
        if cut & 0x3FFF:
            key = (source, target, protocol, half(data, at + 4))
            return self._fragment(hop, key, (cut & 0x1FFF) * 8, bool(cut & 0x2000), chain, seen)
        return self._carried(hop, chain)

    def _ipv6(
        self, data: Any, at: int, end: int, chain: list[Hop], seen: Seen
    ) -> tuple[int, int, int] | list[Hop] | None:
        if end - at < 40 or data[at] >> 4 != 6:
            return chain
        source, target = bytes(data[at + 8 : at + 24]), bytes(data[at + 24 : at + 40])
        length, protocol = half(data, at + 4), data[at + 6]
        if length:  # else a jumbogram, or left empty by the sender's hardware
            end = min(end, at + 40 + length)
        at += 40
        while protocol in EXTENSIONS and end - at >= 8:
            protocol, at = data[at], at + 8 + data[at + 1] * 8
        if protocol == 44 and end - at >= 8:
            protocol, cut = data[at], half(data, at + 2)
            name = int.from_bytes(data[at + 4 : at + 8], "big")
            hop = Hop(6, source, target, protocol, 0, 0, at + 8, end, data)
            if cut & 0xFFF9:
                return self._fragment(
                    hop, (source, target, -1, name), cut & 0xFFF8, bool(cut & 1), chain, seen
                )
            at += 8
        while protocol in EXTENSIONS and end - at >= 8:
            protocol, at = data[at], at + 8 + data[at + 1] * 8
        return self._carried(Hop(6, source, target, protocol, 0, 0, min(at, end), end, data), chain)

    def _carried(self, hop: Hop, chain: list[Hop]) -> tuple[int, int, int] | list[Hop]:
        """Add a header to the chain, with its ports; what comes next, or the chain at its end."""
        data, protocol, at, end = hop.data, hop.protocol, hop.at, hop.end
        while protocol == 51 and end - at >= 12:  # RFC 4302: authentication hides nothing
            protocol, at = data[at], min(at + 8 + data[at + 1] * 4, end)
        hop = hop._replace(protocol=protocol, at=at)
        step = None
        if protocol in (TCP, UDP) and end - at >= 4:
            ports = half(data, at), half(data, at + 2)
            hop = hop._replace(source_port=ports[0], target_port=ports[1])
            if protocol == UDP:
                reader = PORTS.get(ports[1]) or PORTS.get(ports[0])
                step = reader(data, at + 8, end) if reader and end - at >= 8 else None
        elif protocol in PROTOCOLS:
            step = PROTOCOLS[protocol](data, at, end)
        chain.append(hop)
        return chain if step is None else step

    def _fragment(
        self, hop: Hop, key: Key, offset: int, more: bool, chain: list[Hop], seen: Seen
    ) -> list[Hop] | None:
        """Join a fragment to its datagram; None where its first fragment has not passed yet."""
        datagram = self._datagram(key, seen, first=offset == 0)
        level = len(chain)
        self._keep(datagram, hop, offset, more)
        if offset == 0:
            step = self._carried(hop, chain)
            followed = chain if step is chain else self._follow(hop.data, step, chain, seen)  # type: ignore[arg-type]
            chain = chain if followed is None else followed
            datagram.rest = [h._replace(at=0, end=0) for h in chain[level:]]
            self._resolve(datagram)
        elif datagram.rest is not None:
            chain += datagram.rest
        else:
            datagram.waiting.append(Late(seen, [*chain, hop._replace(at=0, end=0)]))
            self._waiting += 1
            self._make_room()
            return None
        self._complete(key, datagram, hop, seen)
        return chain

    def _datagram(self, key: Key, seen: Seen, first: bool) -> Datagram:
        datagram = self._datagrams.get(key)
        if datagram is not None:
            stale = abs(seen.time_us - datagram.time_us) > PATIENCE_US
            if not stale and not (first and datagram.rest is not None):
                return datagram
            self._release(self._datagrams.pop(key))  # the identification was used again
        datagram = self._datagrams[key] = Datagram(seen.time_us)
        self._make_room()
        return datagram

    def _make_room(self) -> None:
        """Give up the oldest datagrams where the limits are reached."""
        while len(self._datagrams) > DATAGRAMS or self._held > HELD or self._waiting > WAITING:
            datagram = self._datagrams.popitem(last=False)[1]
            self.lost += bool(datagram.waiting or datagram.pieces)
            self._release(datagram)

    def _keep(self, datagram: Datagram, hop: Hop, offset: int, more: bool) -> None:
        if offset not in datagram.pieces:
            datagram.pieces[offset] = bytes(hop.data[hop.at : hop.end])
            datagram.held += hop.end - hop.at
            self._held += hop.end - hop.at
        if not more:
            datagram.total = offset + hop.end - hop.at

    def _resolve(self, datagram: Datagram) -> None:
        """The first fragment has come: those that waited belong to its flow."""
        assert datagram.rest is not None
        for late in datagram.waiting:
            self.late.append(Late(late.seen, late.chain[:-1] + datagram.rest))
        self._waiting -= len(datagram.waiting)
        datagram.waiting.clear()

    def _release(self, datagram: Datagram) -> None:
        """Stop waiting for the rest of a datagram."""
        self.late += datagram.waiting
        self._waiting -= len(datagram.waiting)
        self._held -= datagram.held

    def _complete(self, key: Key, datagram: Datagram, hop: Hop, seen: Seen) -> None:
        """Put a datagram together once nothing is missing, for the names in it."""
        if datagram.total < 0 or datagram.rest is None or datagram.held < datagram.total:
            return
        datagram.tries += 1
        if datagram.tries > TRIES:
            return
        joined = bytearray()
        for offset, piece in sorted(datagram.pieces.items()):
            if offset > len(joined):
                return
            joined[offset : offset + len(piece)] = piece
        if len(joined) < datagram.total:
            return
        whole = hop._replace(at=0, end=len(joined), data=bytes(joined))
        chain: list[Hop] = []
        step = self._carried(whole, chain)
        if not isinstance(step, list):
            self._follow(whole.data, step, chain, seen)
        self.whole.append(Late(seen, chain))
        # Its fragments may come twice: the owner stays known until the identification expires.
        self._held -= datagram.held
        datagram.held = 0
        datagram.pieces.clear()
        datagram.total = -1
