"""What packets carry: finds the few that can hold a name, and hands them to who reads it.

Spec: IANA port numbers 53, 137, 1900, 5353, 5355; the rest is told by content on any port
(RFC 8446 §5.1, RFC 6347 §4.1, RFC 9000 §17.2, RFC 9112 §3).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap import application, http, tls
from evenhand.readers.pcap.address import Addresses
from evenhand.readers.pcap.columns import PLAIN, TUNNELLED, Rows
from evenhand.readers.pcap.datagram import DNS, NAMED_PORTS, Datagrams, Segment
from evenhand.readers.pcap.hellos import Hellos
from evenhand.readers.pcap.messages import Lot, Messages
from evenhand.readers.pcap.names import SOURCES, HostNames, Where
from evenhand.readers.pcap.notes import Notes, flow_of
from evenhand.readers.pcap.opening import Openings
from evenhand.readers.pcap.packet import TCP, UDP, Hop, Late
from evenhand.readers.pcap.spans import Texts
from evenhand.readers.pcap.stream import OPEN

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

INNER, OUTER = SOURCES.index("tls"), SOURCES.index("tls outer (ech)")
ENDS = ("version", "source", "target", "source_port", "target_port")
TURNED = ("version", "target", "source", "target_port", "source_port")


class Payloads:
    """Reads payloads of one capture, in order."""

    def __init__(
        self,
        view: View,
        addresses: Addresses,
        names: HostNames,
        notes: Notes,
        by_one: bool = False,
    ) -> None:
        self.view = view
        self.addresses = addresses
        self.names = names
        self.notes = notes
        self.datagrams = Datagrams(addresses, names, self.notes)
        self.by_one = by_one
        self.messages = Messages(view, names)
        self.hellos = Hellos(view)
        self.makes: list[int] = []  # of clients, as the notes number them
        self.hosts = Texts(view, names.numbers)
        self.openings = Openings(self.datagrams, view)

    @property
    def lost(self) -> int:
        """Streams given up because too many were open."""
        return self.openings.lost + self.datagrams.lost

    # -- many at a time ------------------------------------------------------------------------

    def block(self, rows: Rows, captured_whole: Any) -> None:
        """Read one block of packets: innermost headers in `rows`."""
        import numpy as np

        counted = ((rows.state == PLAIN) | (rows.state == TUNNELLED)) & (rows.body < rows.end)
        for protocol, read in ((UDP, self._udp_block), (TCP, self._tcp_block)):
            some = np.nonzero(counted & (rows.protocol == protocol))[0]
            self._applications(rows, some, protocol)
            read(rows, some, captured_whole)

    def whole(self, found: list[Late]) -> None:
        """Read datagrams that were put together from fragments."""
        for late in found:
            if late.chain and late.chain[-1].protocol in (TCP, UDP):
                self._hop(late.chain[-1], Where(late.seen.number, late.seen.time_us))

    def _hop(self, hop: Hop, where: Where) -> None:
        addresses = (self.addresses.number(a) for a in (hop.source, hop.target))
        ends = (hop.version, *addresses, hop.source_port, hop.target_port)
        raw = bytes(hop.data[hop.at : hop.end])
        if hop.protocol == UDP:
            self.datagrams.read(Segment(where, ends, raw[8:], 0, False))
        elif len(raw) >= 20:
            sequence, head = int.from_bytes(raw[4:8], "big"), (raw[12] >> 4) * 4
            self.openings.segment(Segment(where, ends, raw[head:], sequence, False))

    def _applications(self, rows: Rows, some: Integers, protocol: int) -> None:
        """Note the application protocols of flows of which none is known yet."""
        some = some[self.notes.missing(rows, some)]
        at = rows.body[some]
        ports = rows.source_port[some], rows.target_port[some]
        told = application.told(
            protocol, application.Carried(self.view, at, rows.end[some] - at, *ports)
        )
        self.notes.put("application", rows, some[told > 0], told[told > 0])

    def _udp_block(self, rows: Rows, some: Integers, whole: Any) -> None:
        import numpy as np

        at, length = rows.body[some], self.view.be16(rows.at[some] + 4)
        end = np.where(length > 8, np.minimum(rows.end[some], at - 8 + length), rows.end[some])
        ports = rows.source_port[some], rows.target_port[some]
        named = _named()
        known = named[ports[0]] | named[ports[1]]
        first, room = self.view.bytes_at(at), end - at
        version = self.view.be32(at + 1)
        # Long header with a version that we know the shape of, or a plain DTLS handshake record.
        long = (first & 0x80 != 0) & (room >= 7) & application.known_quic(version)
        long |= (first & 0x89 == 0x09) & (self.view.be16(at + 9) == 0x5130) & (room >= 32)
        hello = (first == tls.HANDSHAKE) & (room >= 25)
        hello &= np.isin(version >> 16, (0xFEFF, 0xFEFD, 0x100))
        pick = known | long | hello
        if not self.by_one:
            # Of several such ports the server's side is the one that tells.
            dns = (ports[1] == DNS) | ((ports[0] == DNS) & ~named[ports[1]])
            which = np.nonzero(dns & (room >= 12))[0]
            marks = rows.number[some[which]], rows.time_us[some[which]]
            left = self.messages.read(Lot(at[which], end[which], *marks))
            pick &= ~dns
            pick[which[left]] = True
        pick = np.nonzero(pick)[0]
        for segment in segments(self.view, rows, some[pick], at[pick], end[pick], whole):
            self.datagrams.read(segment)

    def _tcp_block(self, rows: Rows, some: Integers, whole: Any) -> None:
        """Openings and DNS in order; then what continues an opening, before or after it."""
        import numpy as np

        at, end = rows.body[some], rows.end[some]
        starts = [int.from_bytes(s, "big") for s in (*http.STARTS, b"HTTP", b"PRI ")]
        word, room = self.view.be32(at), end - at
        secure = (word >> 16 == 0x1603) & ((word >> 8 & 0xFF) <= 4)
        maybe = np.nonzero(secure)[0]
        kind, short = self.view.bytes_at(at[maybe] + 5), room[maybe] < 6
        flight = np.zeros(len(some), bool)
        secure[maybe] = short | (kind == tls.CLIENT_HELLO)
        flight[maybe] = ~short & (kind == tls.SERVER_HELLO)
        dns = (rows.source_port[some] == DNS) | (rows.target_port[some] == DNS)
        pick = ((secure | np.isin(word, starts)) & (room >= 4)) | dns
        pick[self._hellos(rows, some, pick, secure & pick & ~dns)] = False
        self._begin(rows, some, at, end, whole, np.nonzero(pick)[0])
        self._continue(rows, some, at, end, whole)
        # Servers' flights take several segments each, so these are read a part at a time.
        flights = np.nonzero(flight & ~dns)[0]
        for first in range(0, len(flights), OPEN // 2):
            part = flights[first : first + OPEN // 2]
            self._begin(rows, some, at, end, whole, part)
            self._continue(rows, some, at, end, whole)
        self.openings.acceptance.block(rows, some)

    def _hellos(self, rows: Rows, some: Integers, pick: Any, secure: Any) -> Integers:
        """Read the hellos of the usual shape; which these are."""
        import numpy as np

        which = np.nonzero(secure)[0]
        if self.by_one or not len(which):
            return which[:0]
        mine = some[which]
        found = self.hellos.read(rows.body[mine], rows.end[mine])
        good = found.usual.copy()
        # A stream of which anything else is read, now or before, is read in order.
        other = pick.copy()
        other[which[good]] = False
        stream = mixed(*(getattr(rows, name) for name in ENDS))
        good &= ~np.isin(stream[mine], stream[some[other]]) & (rows.flow[mine] >= 0)
        if len(self.openings.streams):
            open_now = np.array(self.openings.streams.keys(), np.int64).T
            good &= ~np.isin(stream[mine], mixed(*open_now))
        for row in found.new.tolist():
            at, end = int(rows.body[mine[row]]), int(rows.end[mine[row]])
            hello = tls.hello_in_records(self.view.data[at:end])
            self.makes.append(self.notes.client(hello, "t"))
        mine, keep = mine[good], np.nonzero(good)[0]
        text = self.hosts.numbers(found.name_at[keep], found.name_length[keep])
        source = np.where(found.encrypted[keep], OUTER, INNER)
        where = rows.number[mine], rows.time_us[mine]
        version = rows.version[mine]
        address = self.names.moved(version, rows.target[mine], self.addresses)
        self.names.add_many(text, source, version, address, where)
        makes = np.array(self.makes, np.int64)[found.make[keep]]
        self.notes.put("client", rows, mine, makes)
        self.notes.resolvers(rows, mine, text, makes, self.names.written)
        read: Integers = which[good]
        return read

    def _begin(
        self, rows: Rows, some: Integers, at: Integers, end: Integers, whole: Any, pick: Integers
    ) -> None:
        for segment in segments(self.view, rows, some[pick], at[pick], end[pick], whole):
            self.openings.segment(segment)

    def _continue(
        self, rows: Rows, some: Integers, at: Integers, end: Integers, whole: Any
    ) -> None:
        """Give every open stream its segments of this block, and read what is complete."""
        import numpy as np

        if not len(self.openings.streams):
            return
        wanted = mixed(*np.array(self.openings.streams.keys(), np.int64).T)
        pick = np.isin(mixed(*(getattr(rows, name)[some] for name in ENDS)), wanted)
        touched = {}
        for segment in segments(self.view, rows, some[pick], at[pick], end[pick], whole):
            opening = self.openings.more(segment)
            if opening is not None:
                touched[segment.ends] = opening
        for ends, opening in touched.items():
            self.openings.read(opening, ends)


def segments(
    view: View, rows: Rows, some: Integers, at: Integers, end: Integers, whole: Any
) -> Iterator[Segment]:
    """Payloads of the rows at `some`, in order; they lie from `at` to `end`."""
    data, sequence = view.data, view.be32(rows.at[some] + 4)
    ends = zip(*(getattr(rows, name)[some].tolist() for name in ENDS), strict=True)
    flows = flow_of(rows)[some].tolist()
    marks = zip(rows.number[some].tolist(), rows.time_us[some].tolist(), strict=True)
    places = zip(at.tolist(), end.tolist(), sequence.tolist(), strict=True)
    kept = whole[some].tolist()
    for mark, who, (a, e, s), all_of_it, flow in zip(marks, ends, places, kept, flows, strict=True):
        yield Segment(Where(*mark), who, data[a:e], s, not all_of_it, flow)


def mixed(version: Any, source: Any, target: Any, source_port: Any, target_port: Any) -> Any:
    """One number for one direction between two ends; few others share it."""
    return source << 32 ^ target ^ source_port << 48 ^ target_port << 16 ^ version


@functools.cache
def _named() -> Any:
    """By port: whether what is sent there is told by the port."""
    import numpy as np

    ports = np.zeros(65_536, bool)
    ports[list(NAMED_PORTS)] = True
    return ports
