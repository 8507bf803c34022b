"""HTTP/1 messages of one direction, as their bytes come: heads, bodies, ends.

Spec: RFC 9112 §2–§7 (messages, framing of bodies, chunks).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from evenhand.readers.pcap.http import FIELD, LINE

ANSWER = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])[^\n]*\n").match
SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\n]*)?\r?").fullmatch
HEAD_BYTES = 1 << 16  # of a head; a longer one is not read
HEAD, LENGTH, CHUNK, AFTER_CHUNK, TRAILER, TO_CLOSE, NO_MORE = range(7)
NO_BODY = (b"HEAD", b"CONNECT")


class Head(NamedTuple):
    """The start of a message: the method, or the status of an answer; target; fields."""

    word: bytes
    target: bytes
    fields: dict[bytes, bytes]  # names in lower case; of several of one name the first
    hosts: int  # how many Host fields there are


class Piece(NamedTuple):
    """Some of a body."""

    data: bytes


class End(NamedTuple):
    """A message is over; `whole` if it says so itself."""

    whole: bool


class Messages:
    """One direction; `asked` gives the method that an answer is to, where it is known."""

    def __init__(self, asked: Callable[[], bytes] | None = None) -> None:
        self._asked = asked
        self._rest = bytearray()
        self._state, self._left = HEAD, 0

    @property
    def done(self) -> bool:
        """Whether what follows is no HTTP/1 any more."""
        return self._state == NO_MORE

    def feed(self, data: bytes) -> Iterator[Head | Piece | End]:
        """Read more bytes."""
        self._rest += data
        steps = (self._head, self._body, self._size, self._line, self._line, self._all)
        while self._rest and self._state != NO_MORE:
            before = len(self._rest), self._state
            yield from steps[self._state]()
            if (len(self._rest), self._state) == before:
                if len(self._rest) > HEAD_BYTES:
                    self._state = NO_MORE
                break
        if self._state == NO_MORE:
            self._rest.clear()

    def finish(self) -> Iterator[End]:
        """The connection is over."""
        if self._state not in (HEAD, NO_MORE):
            yield End(self._state == TO_CLOSE)
        self._state = NO_MORE

    def _head(self) -> Iterator[Head | End]:
        end = re.search(rb"\n\r?\n", self._rest[:HEAD_BYTES])
        if end is None:
            return
        raw = bytes(self._rest[: end.end()])
        del self._rest[: end.end()]
        line = (ANSWER if self._asked else LINE)(raw)
        if line is None:
            self._state = NO_MORE
            return
        target = b"" if self._asked else raw[: line.end()].split(b" ", 2)[1]
        fields, hosts = _fields(raw, line.end())
        yield Head(line[1], target, fields, hosts)
        self._framing(line[1], fields)
        if self._state == HEAD:
            yield End(True)

    def _framing(self, word: bytes, fields: dict[bytes, bytes]) -> None:
        """RFC 9112 §6.3: how long the body is."""
        if self._asked is not None:
            method = self._asked()
            if word == b"101" or (method == b"CONNECT" and word[:1] == b"2"):
                self._state = NO_MORE
                return
            if word[:1] == b"1" or word in (b"204", b"304") or method in NO_BODY:
                return
        elif word == b"CONNECT":
            self._state = NO_MORE
            return
        length = fields.get(b"content-length", b"")
        if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            self._state = CHUNK
        elif length.isdigit() and len(length) < 16:
            self._left = int(length)
            self._state = LENGTH if self._left else HEAD
        elif self._asked is not None and not length:
            self._state = TO_CLOSE
        elif length:
            self._state = NO_MORE

    def _body(self) -> Iterator[Piece | End]:
        piece = bytes(self._rest[: self._left])
        del self._rest[: self._left]
        self._left -= len(piece)
        yield Piece(piece)
        if not self._left:
            self._state = HEAD
            yield End(True)

    def _size(self) -> Iterator[Piece | End]:
        """RFC 9112 §7.1: a chunk's size, then the chunk."""
        if self._left:
            piece = bytes(self._rest[: self._left])
            del self._rest[: self._left]
            self._left -= len(piece)
            if not self._left:
                self._state = AFTER_CHUNK
            yield Piece(piece)
            return
        end = self._rest.find(b"\n", 0, HEAD_BYTES)
        if end < 0:
            return
        size = SIZE(bytes(self._rest[:end]))
        del self._rest[: end + 1]
        if size is None:
            self._state = NO_MORE
            yield End(False)
            return
        self._left = int(size[1], 16)
        if not self._left:
            self._state = TRAILER

    def _line(self) -> Iterator[End]:
        """The line behind a chunk, or the trailer's lines up to an empty one."""
        end = self._rest.find(b"\n", 0, HEAD_BYTES)
        if end < 0:
            return
        empty = not self._rest[:end].strip()
        del self._rest[: end + 1]
        if self._state == AFTER_CHUNK:
            self._state = CHUNK
        elif empty:
            self._state = HEAD
            yield End(True)

    def _all(self) -> Iterator[Piece]:
        piece = bytes(self._rest)
        self._rest.clear()
        yield Piece(piece)


def _fields(raw: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    found: dict[bytes, bytes] = {}
    hosts = 0
    for line in raw[at:].split(b"\n"):
        if FIELD(line):
            name, _, value = line.partition(b":")
            name = name.strip().lower()
            found.setdefault(name, value.strip())
            hosts += name == b"host"
    return found, hosts
