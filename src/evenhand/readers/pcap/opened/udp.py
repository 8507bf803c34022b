"""QUIC connections whose secrets are known: found by their first Initial packet, then followed.

Spec: RFC 9000 §17.2.2; RFC 9001 §5.2.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.decryption import connection as tls
from evenhand.decryption.key_log import KeyLog
from evenhand.readers import Item
from evenhand.readers.pcap.application import known_quic
from evenhand.readers.pcap.columns import Rows
from evenhand.readers.pcap.datagram import Segment
from evenhand.readers.pcap.exchange import turned
from evenhand.readers.pcap.opened.choice import carried, of_connections
from evenhand.readers.pcap.opened.http3 import Http3
from evenhand.readers.pcap.opened.inside import Certified, Inside, Web
from evenhand.readers.pcap.opened.quic import CLIENT, SERVER, Chosen, Connection, Shown, Stopped
from evenhand.readers.pcap.opened.stream import Room
from evenhand.readers.pcap.packet import UDP
from evenhand.readers.pcap.payload import segments

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import View

CONNECTIONS = 1024  # followed at a time
HTTP_3 = b"h3"


class Followed:
    """One connection and what is spoken in it."""

    def __init__(self, inside: Inside, ends: tuple[int, ...], room: Room) -> None:
        self.connection = Connection()
        self._certified = Certified(inside, ends)
        self._http = Http3(Web(inside, ends), room)
        self._is_http = True

    @property
    def lost(self) -> bool:
        """Whether parts of what was said are missing."""
        return self._http.lost

    def take(self, side: int, segment: Segment) -> Iterator[Item]:
        """Read one more datagram. Raises Stopped."""
        yield from self._said(self.connection.datagram(side, segment.data), segment)
        yield from self._said(self.connection.waited(), segment)

    def _said(self, found: Iterator[Any], segment: Segment) -> Iterator[Item]:
        for one in found:
            if isinstance(one, Shown):
                opened = tls.Opened(tls.SHOWN, tls.SERVER, one.raw)
                self._certified.take(opened, segment.where)
            elif isinstance(one, Chosen):
                self._is_http = one.protocol.startswith(HTTP_3)
            else:
                if one.side == CLIENT and not one.early:  # it went on
                    opened = tls.Opened(tls.DATA, tls.CLIENT, b"")
                    self._certified.take(opened, segment.where)
                if self._is_http:
                    yield from self._http.take(one, segment.where)

    def finish(self) -> Iterator[Item]:
        """The connection is over."""
        yield from self._http.finish()


class Udp:
    """Follows QUIC connections through one capture."""

    def __init__(self, view: View, key_log: KeyLog, inside: Inside) -> None:
        self.view, self.key_log, self.inside = view, key_log, inside
        self._followed: OrderedDict[tuple[int, ...], Followed] = OrderedDict()
        self._room = Room()

    def block(self, rows: Rows, whole: Any) -> Iterator[Item]:
        """Read one block of packets."""
        import numpy as np

        some = carried(rows, UDP)
        at, length = rows.body[some], self.view.be16(rows.at[some] + 4)
        end = np.where(length > 8, np.minimum(rows.end[some], at - 8 + length), rows.end[some])
        long = (self.view.bytes_at(at) & 0x80 != 0) & (end - at >= 1200)
        long &= known_quic(self.view.be32(at + 1))
        pick = of_connections(rows, some, np.nonzero(long)[0], self._followed)
        if not len(pick):
            return
        begins = long[pick].tolist()
        found = segments(self.view, rows, some[pick], at[pick], end[pick], whole)
        for begin, segment in zip(begins, found, strict=True):
            yield from self._take(segment, begin)

    def _take(self, segment: Segment, begins: bool) -> Iterator[Item]:
        ends, side = segment.ends, CLIENT
        followed = self._followed.get(ends)
        if followed is None:
            followed = self._followed.get(turned(ends))
            if followed is not None:
                ends, side = turned(ends), SERVER
        if followed is None:
            if not begins:
                return
            if len(self._followed) >= CONNECTIONS:
                yield from self._end(next(iter(self._followed)), "too many were open at once")
            followed = self._followed[ends] = Followed(self.inside, ends, self._room)
        self._followed.move_to_end(ends)
        try:
            yield from followed.take(side, segment)
        except Stopped as why:
            yield from self._end(ends, str(why))
            return
        connection = followed.connection
        if connection.random and connection.session is None:
            connection.session = self.key_log.session(connection.random)
            if connection.session is None:
                del self._followed[ends]  # its secrets are not known

    def _end(self, ends: tuple[int, ...], why: str) -> Iterator[Item]:
        followed = self._followed.pop(ends)
        yield from followed.finish()
        if followed.connection.session is None:
            return
        if not why and not followed.connection.opened:
            why = "no packet authenticates under the secrets given"
        if why or followed.lost:
            self.inside.closed[why or "some of its packets were not captured"] += 1

    def finish(self) -> Iterator[Item]:
        """The end of the capture: what is still open ends here."""
        for ends in list(self._followed):
            yield from self._end(ends, "")
