"""TCP streams: how each begins (ClientHello, server's flight, HTTP), put together from segments.

Spec: RFC 9293 §3.4; RFC 8446 §5.1; RFC 9112; RFC 1035 §4.2.2 (DNS over TCP).
"""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.readers.pcap import http, http2, tls
from evenhand.readers.pcap.acceptance import Acceptance
from evenhand.readers.pcap.address import text
from evenhand.readers.pcap.certificate import Certificates
from evenhand.readers.pcap.datagram import DNS, Datagrams, Segment
from evenhand.readers.pcap.exchange import Exchanges, turned
from evenhand.readers.pcap.names import Where
from evenhand.readers.pcap.stream import Pieces, Streams
from evenhand.readers.pcap.view import View

DNS_TCP_BYTES = 65_537  # RFC 1035 §4.2.2: a length and a message
HELLO, FLIGHT, REQUEST, ANSWER, HTTP2 = range(5)
UNKNOWN = -1  # a sequence number that the first segment will tell
LIMITS = {HELLO: tls.HELLO_BYTES, FLIGHT: tls.FLIGHT_BYTES, REQUEST: http.HEAD_BYTES}


@dataclass
class Opening:
    """The start of a TLS or HTTP exchange that does not fit in one segment."""

    where: Where
    sequence: int
    pieces: Pieces
    kind: int
    flow: int
    fresh: bool = True
    connection: http2.Connection | None = None  # of HTTP/2, which goes on to the end


@dataclass
class Queries:
    """One direction of DNS over TCP."""

    sequence: int
    pieces: Pieces


class Openings:
    """Reads streams of one capture, segment by segment."""

    def __init__(self, datagrams: Datagrams, view: View) -> None:
        self.datagrams = datagrams
        self.certificates = Certificates()
        self.acceptance = Acceptance(view, self.certificates)
        self.exchanges = Exchanges()
        self.streams: Streams[Opening] = Streams(
            lambda opening: opening.kind not in (ANSWER, HTTP2)
        )
        self.queries: Streams[Queries] = Streams(lambda queries: len(queries.pieces) > 0)

    @property
    def lost(self) -> int:
        """Streams given up because too many were open."""
        return self.streams.lost + self.queries.lost

    def segment(self, segment: Segment) -> None:
        """Read a segment that looks like the start of something."""
        if DNS in segment.ends[3:]:
            self._dns(segment)
            return
        kind = _kind(segment.data)
        if kind == HELLO:
            try:  # most fit in one segment
                hello = tls.hello_in_records(segment.data, segment.cut)
            except tls.More:
                pass
            except tls.Malformed:
                return
            else:
                self.streams.drop(segment.ends)
                self.datagrams.hello(hello, "tls", segment)
                return
        elif kind == ANSWER and not self.exchanges.awaits(segment.ends):
            return
        elif kind == HTTP2:
            self._both_ways(segment)
            return
        opening = self.streams.get(segment.ends)
        if opening is not None and opening.sequence == segment.sequence:
            return  # sent again: what continues it will be read with the rest
        pieces = Pieces(LIMITS.get(kind, http.HEAD_BYTES))
        opening = Opening(segment.where, segment.sequence, pieces, kind, segment.flow)
        opening.pieces.add(0, segment.data)
        self.read(opening, segment.ends, segment.cut)

    def more(self, segment: Segment) -> Opening | None:
        """Give an open stream one more of its segments; it is to be read if it is given back."""
        opening = self.streams.get(segment.ends)
        if opening is not None and opening.connection is not None:
            self._frames(opening, opening.connection, segment)
            return None
        if opening is not None:
            opening.pieces.add(segment.sequence - opening.sequence & 0xFFFFFFFF, segment.data)
        return opening

    def read(self, opening: Opening, ends: tuple[int, ...], cut: bool = False) -> None:
        """Read what is there; keep the opening open where more may come."""
        data = opening.pieces.start()
        segment = Segment(opening.where, ends, data, 0, cut, opening.flow)
        reader = (self._hello, self._flight, self._requests, self._answer)[opening.kind]
        more = reader(segment)
        if more and opening.fresh:
            opening.fresh = False
            self.streams.put(ends, opening, opening.where.time_us)
        elif not more:
            self.streams.drop(ends)

    # Each reads a kind of opening and says whether more of it has to come.

    def _hello(self, segment: Segment) -> bool:
        try:
            hello = tls.hello_in_records(segment.data, segment.cut)
        except tls.More:
            return len(segment.data) < tls.HELLO_BYTES and not segment.cut
        except tls.Malformed:
            return False
        self.datagrams.hello(hello, "tls", segment)
        return False

    def _flight(self, segment: Segment) -> bool:
        try:
            found = tls.certificates(segment.data)
        except tls.More:
            return len(segment.data) < tls.FLIGHT_BYTES and not segment.cut
        except tls.Malformed:
            return False
        server = self._address(segment.ends, 1)
        keys = [self.certificates.add(raw, server, segment.where) for raw in found]
        self.acceptance.watch(segment, keys)
        return False

    def _requests(self, segment: Segment) -> bool:
        found, more = http.requests(segment.data)
        server = self._address(segment.ends, 2) if found else ""
        for request in found:
            if request.host:
                self.datagrams.name(http.without_port(request.host), "http", segment)
            self.exchanges.asked(segment.ends, request, server, segment.where)
        return more and not segment.cut

    def _answer(self, segment: Segment) -> bool:
        kind, more = http.answer(segment.data)
        if not more or segment.cut:
            self.exchanges.answered(segment.ends, kind)
        return more and not segment.cut

    def _both_ways(self, segment: Segment) -> None:
        """An HTTP/2 connection begins: read what client and server send from now on."""
        known = self.streams.get(segment.ends)
        if known is not None and known.connection is not None:
            return
        for ends, sequence in ((segment.ends, segment.sequence), (turned(segment.ends), UNKNOWN)):
            pieces, connection = Pieces(2 * http2.BLOCK_BYTES), http2.Connection()
            opening = Opening(
                segment.where, sequence, pieces, HTTP2, segment.flow, False, connection
            )
            self.streams.put(ends, opening, segment.where.time_us)

    def _frames(self, opening: Opening, connection: http2.Connection, segment: Segment) -> None:
        """Read the frames that are whole with this segment, and keep what breaks off."""
        if opening.sequence == UNKNOWN:
            if not http2.settings(segment.data):
                return
            opening.sequence = segment.sequence
        opening.pieces.add(segment.sequence - opening.sequence & 0xFFFFFFFF, segment.data)
        found, used, sane = connection.read(opening.pieces.start())
        opening.sequence = opening.sequence + used & 0xFFFFFFFF
        opening.pieces.forget(used)
        for fields in found:
            self._fields(fields, segment)
        if not sane:
            self.streams.drop(segment.ends)

    def _fields(self, fields: http2.Fields, segment: Segment) -> None:
        """One request or answer; streams of a connection are kept apart by the server's port."""
        version, source, target, source_port, target_port = segment.ends
        apart = fields.stream << 16
        if fields.request is None:
            ends = (version, source, target, source_port | apart, target_port)
            self.exchanges.answered(ends, fields.kind)
            return
        if fields.request.host:
            self.datagrams.name(http.without_port(fields.request.host), "http", segment)
        ends = (version, source, target, source_port, target_port | apart)
        server = self._address(segment.ends, 2)
        self.exchanges.asked(ends, fields.request, server, segment.where)

    def _address(self, ends: tuple[int, ...], which: int) -> str:
        return text(self.datagrams.addresses.raw(ends[0], ends[which]))

    def _dns(self, segment: Segment) -> None:
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


def _kind(data: bytes) -> int:
    """What a segment's first bytes begin."""
    if data[:1] == b"\x16":
        return FLIGHT if data[5:6] == bytes([tls.SERVER_HELLO]) else HELLO
    if data.startswith(http2.PREFACE[:16]):
        return HTTP2
    return ANSWER if data[:4] == b"HTTP" else REQUEST
