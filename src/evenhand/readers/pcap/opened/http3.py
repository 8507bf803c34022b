"""HTTP/3 on one QUIC connection: fields and bodies of its streams.

Spec: RFC 9114 §4 (messages), §6.2 (kinds of streams), §7.2 (frames, settings); RFC 9204 (QPACK,
read by the library pylsqpack).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.readers import Item
from evenhand.readers.pcap.names import Where
from evenhand.readers.pcap.opened.frame import Stream
from evenhand.readers.pcap.opened.inside import Web
from evenhand.readers.pcap.opened.stream import AHEAD_BYTES, Room
from evenhand.readers.pcap.opened.talk import begin
from evenhand.readers.pcap.quic import varint

DATA, HEADERS, SETTINGS = 0, 1, 4
CONTROL, ENCODER = 0, 2
TABLE = 1  # SETTINGS_QPACK_MAX_TABLE_CAPACITY
STREAMS = 4096  # of one connection that are read
FIELDS_BYTES = 1 << 16
TABLE_BYTES = 1 << 20  # larger tables are not followed
BLOCKED = 1024  # streams that wait for the table


class Way:
    """One side of one stream."""

    def __init__(self) -> None:
        self.next = 0
        self.ahead: dict[int, bytes] = {}
        self.last = -1  # where it ends, once that is told
        self.rest = bytearray()
        self.kind = -1  # of a stream of one direction
        self.left = 0  # of a DATA frame
        self.blocked = False
        self.over = False


class Http3:
    """Both sides of one connection."""

    def __init__(self, web: Web, room: Room) -> None:
        self._web, self._room = web, room
        self._ways: dict[tuple[int, int], Way] = {}
        self._ahead = 0
        self._capacity = [0, 0]  # of the table that each side allows the other
        self._decoders: list[Any] = [None, None]
        self.lost = False  # whether anything waits or was left out

    def take(self, piece: Stream, where: Where) -> Iterator[Item]:
        """Read a piece of a stream."""
        key = (piece.number, piece.side)
        way = self._ways.get(key)
        if way is None:
            if len(self._ways) >= STREAMS:
                self.lost = True
                return
            way = self._ways[key] = Way()
        if way.over:
            return
        fresh = self._in_order(way, piece)
        if fresh:
            way.rest += fresh
            yield from self._read(key, way, where)
        if way.next == way.last and not way.blocked:
            yield from self._end(key, way)

    def _in_order(self, way: Way, piece: Stream) -> bytes:
        if piece.end:
            way.last = piece.offset + len(piece.data)
        offset, data = piece.offset, piece.data
        if offset > way.next:
            held = len(way.ahead.get(offset, b""))
            more = len(data) - held
            if more > 0 and self._ahead + more <= AHEAD_BYTES and self._room.take(more):
                self._ahead += more
                way.ahead[offset] = data
            elif more > 0:
                self.lost = True
            return b""
        found = bytearray(data[way.next - offset :])
        way.next += len(found)
        for offset in sorted(way.ahead):
            if offset > way.next:
                break
            data = way.ahead.pop(offset)
            self._ahead -= len(data)
            self._room.left += len(data)
            fresh = data[way.next - offset :]
            found += fresh
            way.next += len(fresh)
        return bytes(found)

    def _end(self, key: tuple[int, int], way: Way) -> Iterator[Item]:
        way.over = True
        if key[0] & 2 == 0:
            yield from self._web.end(key[1], key[0])

    def _read(self, key: tuple[int, int], way: Way, where: Where) -> Iterator[Item]:
        if key[0] & 2 == 0:  # both ways: a request and its answer
            if not way.blocked:
                yield from self._message(key, way, where)
            return
        if way.kind < 0:
            kind = varint(bytes(way.rest[:8]), 0)
            if kind is None:
                return
            way.kind = kind[0]
            del way.rest[: kind[1]]
        if way.kind == CONTROL:
            self._control(key[1], way)
        elif way.kind == ENCODER:
            # How large the table may be is told by the other side, in time for its use.
            known = self._decoders[key[1]] is not None or self._capacity[1 - key[1]]
            if way.rest and known:
                data = bytes(way.rest)
                way.rest.clear()
                yield from self._table(key[1], data, where)
            elif len(way.rest) > FIELDS_BYTES:
                way.over = self.lost = True
        else:
            way.rest.clear()

    def _control(self, side: int, way: Way) -> None:
        """RFC 9114 §7.2.4: of the settings the size of the table matters."""
        while True:
            head = _head(way.rest)
            if head is None or head[2] + head[1] > len(way.rest):
                if head is not None and head[1] > FIELDS_BYTES:
                    way.over = True
                return
            kind, size, at = head
            body = bytes(way.rest[at : at + size])
            del way.rest[: at + size]
            if kind == SETTINGS:
                self._capacity[side] = min(TABLE_BYTES, _settings(body).get(TABLE, 0))

    def _decoder(self, side: int) -> Any:
        """What unpacks the fields that this side sends: the other says how large a table may be."""
        import pylsqpack

        if self._decoders[side] is None:
            self._decoders[side] = pylsqpack.Decoder(self._capacity[1 - side], BLOCKED)
        return self._decoders[side]

    def _table(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        import pylsqpack

        try:
            ready = self._decoder(side).feed_encoder(data)
        except pylsqpack.EncoderStreamError:
            self.lost = True
            return
        for number in ready:
            way = self._ways.get((number, side))
            if way is not None and way.blocked:
                way.blocked = False
                self._fields(side, number, way, None, where)
                yield from self._message((number, side), way, where)
                if way.next == way.last and not way.blocked:
                    yield from self._end((number, side), way)

    def _message(self, key: tuple[int, int], way: Way, where: Where) -> Iterator[Item]:
        number, side = key
        while way.rest and not way.blocked and not way.over:
            if way.left:
                piece = bytes(way.rest[: way.left])
                del way.rest[: way.left]
                way.left -= len(piece)
                self._web.data(side, number, piece)
                continue
            head = _head(way.rest)
            if head is None:
                return
            kind, size, at = head
            if kind == DATA:
                del way.rest[:at]
                way.left = size
            elif size > FIELDS_BYTES:
                way.over = self.lost = True
            elif len(way.rest) < at + size:
                return
            else:
                body = bytes(way.rest[at : at + size])
                del way.rest[: at + size]
                if kind == HEADERS:
                    self._fields(side, number, way, body, where)
        yield from ()

    def _fields(self, side: int, number: int, way: Way, body: bytes | None, where: Where) -> None:
        """Unpack fields; `body` is None where they waited for the table."""
        import pylsqpack

        decoder = self._decoder(side)
        try:
            if body is None:
                _, pairs = decoder.resume_header(number)
            else:
                _, pairs = decoder.feed_header(number, body)
        except pylsqpack.StreamBlocked:
            way.blocked = True
        except (pylsqpack.DecompressionFailed, ValueError):
            way.over = self.lost = True
        else:
            begin(self._web, side, number, pairs, where)

    def finish(self) -> Iterator[Item]:
        """The connection is over."""
        self._room.left += self._ahead
        self._ahead = 0
        self.lost |= any(way.ahead or way.blocked for way in self._ways.values())
        yield from self._web.finish()


def _head(rest: bytearray) -> tuple[int, int, int] | None:
    """RFC 9114 §7.1: a frame's type and length, and where its body begins."""
    start = bytes(rest[:16])
    kind = varint(start, 0)
    size = varint(start, kind[1]) if kind else None
    return None if kind is None or size is None else (kind[0], size[0], size[1])


def _settings(body: bytes) -> dict[int, int]:
    found, at = {}, 0
    while (key := varint(body, at)) and (value := varint(body, key[1])):
        found[key[0]] = value[0]
        at = value[1]
    return found
