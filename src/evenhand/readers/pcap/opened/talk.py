"""What is spoken inside one TLS connection: HTTP/1, HTTP/2 or DNS, as ALPN or its bytes tell.

Spec: RFC 7301 (ALPN); RFC 9112, RFC 9113; RFC 7858 (DNS over TLS).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

from evenhand.decryption.connection import CHOSEN, CLIENT, DATA, SERVER, Opened
from evenhand.readers import Item
from evenhand.readers.pcap import http, http2
from evenhand.readers.pcap.application import DOT
from evenhand.readers.pcap.names import Where
from evenhand.readers.pcap.opened.http1 import End, Head, Messages, Piece
from evenhand.readers.pcap.opened.http2 import Broken, Frames, Pairs
from evenhand.readers.pcap.opened.inside import Certified, Inside, Message, Web

HELD_BYTES = 1 << 16  # of a server that speaks before its client
MESSAGE_BYTES = 65_537  # RFC 1035 §4.2.2: a length and a message


class Spoken(Protocol):
    """One application protocol on one connection."""

    def take(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        """Read more of what one side says."""
        ...

    def finish(self) -> Iterator[Item]:
        """The connection is over."""
        ...


class Talk:
    """One connection: certificates first, then data."""

    def __init__(self, inside: Inside, ends: tuple[int, ...]) -> None:
        self._inside, self._ends = inside, ends
        self._certified = Certified(inside, ends)
        self._spoken: Spoken | None = None
        self._chosen = b""
        self._early: list[tuple[bytes, Where]] = []  # what a server says before its client

    def take(self, opened: Opened, where: Where) -> Iterator[Item]:
        """Take what was opened."""
        self._certified.take(opened, where)
        if opened.kind == CHOSEN:
            self._chosen = opened.data
        elif opened.kind == DATA:
            yield from self._data(opened.side, opened.data, where)

    def _data(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        if self._spoken is None and side == SERVER and not self._chosen:
            if sum(len(d) for d, _ in self._early) < HELD_BYTES:
                self._early.append((data, where))
            return
        if self._spoken is None:
            self._spoken = self._recognised(data)
            for early, at in self._early:
                yield from self._spoken.take(SERVER, early, at)
            self._early = []
        yield from self._spoken.take(side, data, where)

    def _recognised(self, data: bytes) -> Spoken:
        if self._chosen == b"h2" or data.startswith(http2.PREFACE[:16]):
            return Http2(Web(self._inside, self._ends))
        if self._chosen == b"dot" or self._ends[4] == DOT:
            return Dns(self._inside)
        if self._chosen.startswith(b"http/1") or data[:4] in http.STARTS:
            return Http1(Web(self._inside, self._ends))
        return Nothing()

    def finish(self) -> Iterator[Item]:
        """The connection is over."""
        if self._spoken is not None:
            yield from self._spoken.finish()


class Nothing:
    """A protocol that is not read."""

    def take(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        """See `Spoken`."""
        yield from ()

    def finish(self) -> Iterator[Item]:
        """See `Spoken`."""
        yield from ()


class Dns:
    """DNS over TLS: messages with their length before them."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._rest = (bytearray(), bytearray())

    def take(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        """See `Spoken`."""
        rest, at = self._rest[side], 0
        rest += data
        while len(rest) - at >= 2:
            size = rest[at] << 8 | rest[at + 1]
            if len(rest) - at - 2 < size:
                break
            self._inside.datagrams.message(bytes(rest[at + 2 : at + 2 + size]), "dns", where)
            at += 2 + size
        del rest[:at]
        yield from ()

    def finish(self) -> Iterator[Item]:
        """See `Spoken`."""
        yield from ()


class Http1:
    """HTTP/1: answers come in the order of requests."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._asked: deque[bytes] = deque(maxlen=1024)  # methods that wait for their answers
        self._sides = (Messages(self._method), Messages())
        self._stream = [0, 0]  # answers and requests, numbered
        self._interim = False

    def _method(self) -> bytes:
        return self._asked[0] if self._asked else b""

    def take(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        """See `Spoken`."""
        for said in self._sides[side].feed(data):
            yield from self._said(side, said, where)

    def _said(self, side: int, said: Head | Piece | End, where: Where) -> Iterator[Item]:
        stream = self._stream[side]
        if isinstance(said, Head):
            if side == CLIENT:
                self._asked.append(said.word)
            host = said.fields.get(b"host", b"") if said.hosts == 1 else b""
            self._web.message(
                side, stream, Message(said.word, host, said.target, said.fields), where
            )
            self._interim = side == SERVER and said.word[:1] == b"1"
        elif isinstance(said, Piece):
            self._web.data(side, stream, said.data)
        elif not (side == SERVER and self._interim):
            yield from self._web.end(side, stream, said.whole)
            self._stream[side] += 1
            if side == SERVER and self._asked:
                self._asked.popleft()

    def finish(self) -> Iterator[Item]:
        """See `Spoken`."""
        for side, messages in enumerate(self._sides):
            for end in messages.finish():
                yield from self._web.end(side, self._stream[side], end.whole)
        yield from self._web.finish()


class Http2:
    """HTTP/2: streams side by side."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._sides: list[Frames | None] = [Frames(), Frames()]

    def take(self, side: int, data: bytes, where: Where) -> Iterator[Item]:
        """See `Spoken`."""
        frames = self._sides[side]
        if frames is None:
            return
        try:
            for said in frames.feed(data):
                if said.fields is not None:
                    begin(self._web, side, said.stream, said.fields, where)
                elif said.data:
                    self._web.data(side, said.stream, said.data)
                if said.end:
                    yield from self._web.end(side, said.stream)
        except Broken as why:
            self._sides[side] = None
            self._web.inside.closed[str(why)] += 1

    def finish(self) -> Iterator[Item]:
        """See `Spoken`."""
        yield from self._web.finish()


def begin(web: Web, side: int, stream: int, pairs: Pairs, where: Where) -> None:
    """A message of HTTP/2 or HTTP/3 by its fields; trailers begin nothing."""
    fields: dict[bytes, bytes] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    word = fields.get(b":method" if side == CLIENT else b":status", b"")
    if word:
        host = fields.get(b":authority") or fields.get(b"host", b"")
        web.message(side, stream, Message(word, host, fields.get(b":path", b""), fields), where)
