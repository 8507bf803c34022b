"""What packets carry: finds the few that can hold a name, and hands them to who reads it.

Spec: IANA port numbers 53, 137, 1900, 5353, 5355; the rest is told by content on any port
(RFC 8446 §5.1, RFC 6347 §4.1, RFC 9000 §17.2, RFC 9112 §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap import http, tls
from evenhand.readers.pcap.address import Addresses
from evenhand.readers.pcap.columns import PLAIN, TUNNELLED, Rows
from evenhand.readers.pcap.datagram import DNS, NAMED_PORTS, Datagrams, Segment
from evenhand.readers.pcap.names import HostNames, Where
from evenhand.readers.pcap.packet import TCP, UDP, Hop, Late
from evenhand.readers.pcap.stream import Pieces, Streams

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

DNS_TCP_BYTES = 65_537  # RFC 1035 §4.2.2: a length and a message


@dataclass
class Opening:
    """The start of a TLS or HTTP exchange that does not fit in one segment."""

    where: Where
    sequence: int
    pieces: Pieces
    secure: bool
    fresh: bool = True


@dataclass
class Queries:
    """One direction of DNS over TCP."""

    sequence: int
    pieces: Pieces


class Payloads:
    """Reads payloads of one capture, in order."""

    def __init__(self, view: View, addresses: Addresses, names: HostNames) -> None:
        self.view = view
        self.addresses = addresses
        self.names = names
        self.datagrams = Datagrams(addresses, names)
        self.openings: Streams[Opening] = Streams(lambda opening: True)
        self.queries: Streams[Queries] = Streams(lambda queries: len(queries.pieces) > 0)

    @property
    def lost(self) -> int:
        """Streams given up because too many were open."""
        return self.openings.lost + self.queries.lost + self.datagrams.lost

    # -- many at a time ------------------------------------------------------------------------

    def block(self, rows: Rows, captured_whole: Any) -> None:
        """Read one block of packets: innermost headers in `rows`."""
        import numpy as np

        counted = (rows.state == PLAIN) | (rows.state == TUNNELLED)
        udp = np.nonzero(counted & (rows.protocol == UDP) & (rows.end - rows.at > 8))[0]
        self._udp_block(rows, udp, captured_whole)
        tcp = np.nonzero(counted & (rows.protocol == TCP) & (rows.end - rows.at >= 20))[0]
        self._tcp_block(rows, tcp, captured_whole)

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
            self._segment(Segment(where, ends, raw[head:], sequence, False))

    def _udp_block(self, rows: Rows, some: Integers, whole: Any) -> None:
        import numpy as np

        at, length = rows.at[some] + 8, self.view.be16(rows.at[some] + 4)
        end = np.where(length > 8, np.minimum(rows.end[some], at - 8 + length), rows.end[some])
        ports = list(NAMED_PORTS)
        named = np.isin(rows.source_port[some], ports) | np.isin(rows.target_port[some], ports)
        first, room = self.view.bytes_at(at), end - at
        version = self.view.be32(at + 1)
        # Long header with a version that we know the shape of, or a plain DTLS handshake record.
        long = (
            (first & 0x80 != 0)
            & (room >= 7)
            & np.isin(version >> 8, (0, 0x6B3343, 0xFF0000, 0xFACEB0, 0x513034, 0x513035, 0x543035))
        )
        long |= (first & 0x89 == 0x09) & (self.view.be16(at + 9) == 0x5130) & (room >= 32)
        hello = (first == tls.HANDSHAKE) & (room >= 25)
        hello &= np.isin(version >> 16, (0xFEFF, 0xFEFD, 0x100))
        pick = np.nonzero(named | long | hello)[0]
        pick = pick[self._unread(rows, some[pick], at[pick], end[pick])]
        for segment in self._segments(rows, some[pick], at[pick], end[pick], whole):
            self.datagrams.read(segment)

    def _unread(self, rows: Rows, some: Integers, at: Integers, end: Integers) -> list[int]:
        """Which datagrams are no DNS message that has been read: most are, in most captures."""
        data, known = self.view.data, self.datagrams.known
        ports = (rows.target_port[some].tolist(), rows.source_port[some].tolist())
        found: list[int] = []
        # Two questions under different identifications are one to us, so it is left out.
        for i, (target, source, a, e) in enumerate(
            zip(*ports, (at + 2).tolist(), end.tolist(), strict=True)
        ):
            if (target == DNS or source == DNS) and data[a:e] in known:
                continue
            found.append(i)
        return found

    def _tcp_block(self, rows: Rows, some: Integers, whole: Any) -> None:
        """Openings and DNS in order; then what continues an opening, before or after it."""
        import numpy as np

        head = (self.view.bytes_at(rows.at[some] + 12) >> 4) * 4
        at, end = rows.at[some] + head, rows.end[some]
        full = (head >= 20) & (end > at)
        some, at, end = some[full], at[full], end[full]
        starts = [int.from_bytes(s, "big") for s in http.STARTS]
        word, room = self.view.be32(at), end - at
        secure = (word >> 16 == 0x1603) & ((word >> 8 & 0xFF) <= 4)
        secure &= (room < 6) | (self.view.bytes_at(at + 5) == tls.CLIENT_HELLO)
        pick = (secure | np.isin(word, starts)) & (room >= 4)
        pick |= (rows.source_port[some] == DNS) | (rows.target_port[some] == DNS)
        for segment in self._segments(rows, some[pick], at[pick], end[pick], whole):
            self._segment(segment)
        if len(self.openings):
            self._continue(rows, some, at, end, whole)

    def _continue(
        self, rows: Rows, some: Integers, at: Integers, end: Integers, whole: Any
    ) -> None:
        """Give every open stream its segments of this block, and read what is complete."""
        import numpy as np

        def mixed(version: Any, source: Any, target: Any, *ports: Any) -> Any:
            return source << 32 ^ target ^ ports[0] << 48 ^ ports[1] << 16 ^ version

        ends = np.array(self.openings.keys(), np.int64)
        wanted = mixed(*ends.T)
        columns = (rows.version, rows.source, rows.target, rows.source_port, rows.target_port)
        pick = np.isin(mixed(*(c[some] for c in columns)), wanted)
        touched = {}
        for segment in self._segments(rows, some[pick], at[pick], end[pick], whole):
            opening = self.openings.get(segment.ends)
            if opening is not None:
                offset = segment.sequence - opening.sequence & 0xFFFFFFFF
                opening.pieces.add(offset, segment.data)
                touched[segment.ends] = opening
        for ends, opening in touched.items():
            self._read_opening(opening, ends)

    def _segments(self, rows: Rows, some: Integers, at: Integers, end: Integers, whole: Any) -> Any:
        """Payloads of the rows at `some`, in order."""
        data, sequence = self.view.data, self.view.be32(rows.at[some] + 4)
        columns = (rows.version, rows.source, rows.target, rows.source_port, rows.target_port)
        ends = zip(*(c[some].tolist() for c in columns), strict=True)
        marks = zip(rows.number[some].tolist(), rows.time_us[some].tolist(), strict=True)
        places = zip(at.tolist(), end.tolist(), sequence.tolist(), strict=True)
        kept = whole[some].tolist()
        for mark, who, (a, e, s), all_of_it in zip(marks, ends, places, kept, strict=True):
            yield Segment(Where(*mark), who, data[a:e], s, not all_of_it)

    # -- one segment ---------------------------------------------------------------------------

    def _segment(self, segment: Segment) -> None:
        if DNS in segment.ends[3:]:
            self._dns_segment(segment)
            return
        secure = segment.data[:1] == b"\x16"
        if secure:
            try:  # most fit in one segment
                hello = tls.hello_in_records(segment.data, segment.cut)
            except tls.More:
                pass
            except tls.Malformed:
                return
            else:
                self.openings.drop(segment.ends)
                self.datagrams.hello(hello, "tls", segment)
                return
        opening = self.openings.get(segment.ends)
        if opening is not None and opening.sequence == segment.sequence:
            return  # sent again: what continues it will be read with the rest
        opening = Opening(segment.where, segment.sequence, Pieces(tls.HELLO_BYTES), secure)
        opening.pieces.add(0, segment.data)
        self._read_opening(opening, segment.ends, segment.cut)

    def _read_opening(self, opening: Opening, ends: tuple[int, ...], cut: bool = False) -> None:
        """Read what is there; keep the opening open where more may come."""
        data = opening.pieces.start()
        segment = Segment(opening.where, ends, b"", 0, False)
        if opening.secure:
            try:
                self.datagrams.hello(tls.hello_in_records(data, cut), "tls", segment)
                more = False
            except tls.More:
                more = len(data) < tls.HELLO_BYTES and not cut
            except tls.Malformed:
                more = False
        else:
            hosts, more = http.requests(data)
            for host in hosts:
                self.datagrams.name(http.without_port(host), "http", segment)
            more = more and not cut
        if more and opening.fresh:
            opening.fresh = False
            self.openings.put(ends, opening, opening.where.time_us)
        elif not more:
            self.openings.drop(ends)

    def _dns_segment(self, segment: Segment) -> None:
        """DNS over TCP: messages with their length before them, one after the other."""
        queries = self.queries.get(segment.ends)
        if queries is None:
            fresh = Queries(segment.sequence, Pieces(2 * DNS_TCP_BYTES))
            queries = self.queries.put(segment.ends, fresh, segment.where.time_us)
        offset = segment.sequence - queries.sequence & 0xFFFFFFFF
        if offset >= 1 << 31:
            return  # from before what has been read
        if offset > DNS_TCP_BYTES:  # a new connection between the same ends, or a long gap
            queries.sequence, offset = segment.sequence, 0
            queries.pieces = Pieces(2 * DNS_TCP_BYTES)
        queries.pieces.add(offset, segment.data)
        data = queries.pieces.start()
        used = 0
        while len(data) - used >= 2:
            length = int.from_bytes(data[used : used + 2], "big")
            if len(data) - used - 2 < length:
                break
            self.datagrams.message(data[used + 2 : used + 2 + length], "dns", segment.where)
            used += 2 + length
        if used:
            queries.sequence = queries.sequence + used & 0xFFFFFFFF
            queries.pieces = Pieces(2 * DNS_TCP_BYTES)
            queries.pieces.add(0, data[used:])
