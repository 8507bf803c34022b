"""TLS connections over TCP whose secrets are known: found by their ClientHello, then followed.

Spec: RFC 8446 §4.1.2 (the random number of a ClientHello); RFC 9293 §3.4.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.decryption import connection as tls
from evenhand.decryption.key_log import KeyLog
from evenhand.readers import Item
from evenhand.readers.pcap.columns import Rows
from evenhand.readers.pcap.datagram import Segment
from evenhand.readers.pcap.exchange import turned
from evenhand.readers.pcap.opened.choice import carried, of_connections
from evenhand.readers.pcap.opened.inside import Inside
from evenhand.readers.pcap.opened.stream import InOrder, Lost, Room
from evenhand.readers.pcap.opened.talk import Talk
from evenhand.readers.pcap.packet import TCP
from evenhand.readers.pcap.payload import segments

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

CONNECTIONS = 2048  # followed at a time
RANDOM = slice(11, 43)  # of a ClientHello that begins a segment


class Followed:
    """One connection: what each side sent, and what was inside."""

    def __init__(self, random: bytes, session: dict[str, bytes], talk: Talk) -> None:
        self.connection = tls.Connection(random, session)
        self.talk = talk
        self.ways: dict[tuple[int, ...], tuple[int, InOrder]] = {}  # ends → side, bytes

    def take(self, segment: Segment) -> Iterator[Item]:
        """Read one more segment. Raises Lost or tls.Stopped."""
        side, way = self.ways[segment.ends]
        fresh = way.take(segment.sequence, segment.data)
        if segment.cut:
            raise Lost("the capture kept only the start of its packets")
        if fresh:
            for opened in self.connection.feed(side, fresh):
                yield from self.talk.take(opened, segment.where)


class Tcp:
    """Follows connections through one capture."""

    def __init__(self, view: View, key_log: KeyLog, inside: Inside) -> None:
        self.view, self.key_log, self.inside = view, key_log, inside
        self._followed: OrderedDict[tuple[int, ...], Followed] = OrderedDict()
        self._room = Room()
        self._begun: set[bytes] = set()  # never more than the key log has sessions

    def block(self, rows: Rows, whole: Any) -> Iterator[Item]:
        """Read one block of packets."""
        some = carried(rows, TCP)
        at, end = rows.body[some], rows.end[some]
        begins = self._begins(at, end)
        pick = of_connections(rows, some, begins, self._followed)
        if not len(pick):
            return
        first = set(begins.tolist())
        acknowledged = self.view.be32(rows.at[some[pick]] + 8).tolist()
        found = segments(self.view, rows, some[pick], at[pick], end[pick], whole)
        for number, answer, segment in zip(pick.tolist(), acknowledged, found, strict=True):
            if number in first:
                yield from self._begin(segment, answer)
            yield from self._more(segment)

    def _begins(self, at: Integers, end: Integers) -> Integers:
        """Segments that begin with a ClientHello whose secrets are known."""
        import numpy as np

        view = self.view
        hello = (end - at >= RANDOM.stop) & (view.be16(at) == 0x1603)
        hello &= view.bytes_at(at + 5) == tls.CLIENT_HELLO
        which = np.nonzero(hello)[0]
        known = [
            self.key_log.session(bytes(view.data[a + RANDOM.start : a + RANDOM.stop])) is not None
            for a in at[which].tolist()
        ]
        found: Integers = which[np.array(known, bool)]
        return found

    def _begin(self, segment: Segment, answer: int) -> Iterator[Item]:
        """Follow a connection from its ClientHello on."""
        random = bytes(segment.data[RANDOM])
        session = self.key_log.session(random)
        earlier = self._followed.get(segment.ends)
        if session is None or random in self._begun:
            return  # sent again, maybe because a HelloRetryRequest asked for it
        if earlier is not None:
            yield from self._end(segment.ends, "")
        if len(self._followed) >= CONNECTIONS:
            ends = next(iter(self._followed))
            yield from self._end(ends, "too many were open at once")
        followed = Followed(random, session, Talk(self.inside, segment.ends))
        followed.ways[segment.ends] = (tls.CLIENT, InOrder(segment.sequence, self._room))
        followed.ways[turned(segment.ends)] = (tls.SERVER, InOrder(answer, self._room))
        self._followed[segment.ends] = followed
        self._begun.add(random)

    def _more(self, segment: Segment) -> Iterator[Item]:
        for ends in (segment.ends, turned(segment.ends)):
            followed = self._followed.get(ends)
            if followed is not None:
                self._followed.move_to_end(ends)
                try:
                    yield from followed.take(segment)
                except (tls.Stopped, Lost) as why:
                    yield from self._end(ends, str(why))

    def _end(self, ends: tuple[int, ...], why: str) -> Iterator[Item]:
        """Be done with a connection; say why, if it could have been read further."""
        followed = self._followed.pop(ends)
        if not why and any(way.gap for _, way in followed.ways.values()):
            why = "some of its segments were not captured"
        for _, way in followed.ways.values():
            way.close()
        if not why and followed.connection.shut:
            why = "no record authenticates under the secrets given"
        if why:
            self.inside.closed[why] += 1
        yield from followed.talk.finish()

    def finish(self) -> Iterator[Item]:
        """The end of the capture: what is still open ends here."""
        for ends in list(self._followed):
            yield from self._end(ends, "")
