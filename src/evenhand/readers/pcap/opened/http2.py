"""HTTP/2 frames of one direction, as their bytes come: fields and bodies of streams.

Spec: RFC 9113 §4 (frames), §6 (HEADERS, DATA, PUSH_PROMISE, CONTINUATION); RFC 7541 (HPACK).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from evenhand.errors import EvenhandError
from evenhand.readers.pcap.http2 import (
    BLOCK_BYTES,
    CONTINUATION,
    END_HEADERS,
    FIELD_BYTES,
    HEADERS,
    PADDED,
    PREFACE,
    TABLE_BYTES,
    without_padding,
)

DATA, RESET, PUSH = 0, 3, 5
END_STREAM = 0x1
FRAME_BYTES = 1 << 18  # the default is 16 KiB; nobody is seen to ask for more than this

Pairs = list[tuple[bytes, bytes]]


class Broken(EvenhandError):
    """What follows makes no sense as HTTP/2."""


class Said(NamedTuple):
    """Something of one stream: its fields or some of its body, and whether that ends it."""

    stream: int
    fields: Pairs | None
    data: bytes
    end: bool


class Frames:
    """One direction of a connection."""

    def __init__(self) -> None:
        from hpack import Decoder

        self._decoder: Any = Decoder(FIELD_BYTES)
        self._decoder.max_allowed_table_size = TABLE_BYTES
        self._rest = bytearray()
        self._block = b""
        self._stream, self._end, self._promised = 0, False, False

    def feed(self, data: bytes) -> Iterator[Said]:
        """Read more bytes. Raises Broken."""
        rest = self._rest
        rest += data
        if PREFACE.startswith(bytes(rest[: len(PREFACE)])):
            if len(rest) < len(PREFACE):
                return
            del rest[: len(PREFACE)]
        at = 0
        try:
            while len(rest) - at >= 9:
                size = int.from_bytes(rest[at : at + 3], "big")
                if size > FRAME_BYTES:
                    raise Broken("a frame of HTTP/2 is longer than frames are")
                if len(rest) - at - 9 < size:
                    return
                head, body = rest[at : at + 9], bytes(rest[at + 9 : at + 9 + size])
                at += 9 + size
                stream = int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
                yield from self._frame(head[3], head[4], stream, body)
        finally:
            del rest[:at]

    def _frame(self, kind: int, flags: int, stream: int, body: bytes) -> Iterator[Said]:
        if kind == DATA:
            plain = without_padding(body, flags & PADDED)
            yield Said(stream, None, plain, bool(flags & END_STREAM))
            return
        if kind == RESET:
            yield Said(stream, None, b"", True)
            return
        if kind in (HEADERS, PUSH):
            self._stream, self._end = stream, bool(flags & END_STREAM)
            self._promised = kind == PUSH
            plain = without_padding(body, flags if kind == HEADERS else flags & PADDED)
            self._block = plain[4:] if kind == PUSH else plain
        elif kind == CONTINUATION and stream == self._stream:
            self._block += body
        else:
            return
        if len(self._block) > BLOCK_BYTES:
            raise Broken("header fields of HTTP/2 are longer than is put together")
        if flags & END_HEADERS:
            yield from self._fields()

    def _fields(self) -> Iterator[Said]:
        from hpack import HPACKError

        try:
            pairs = [(bytes(n), bytes(v)) for n, v in self._decoder.decode(self._block, raw=True)]
        except (HPACKError, ValueError, IndexError):
            raise Broken("header fields of HTTP/2 cannot be unpacked") from None
        if not self._promised:  # a promise only moves the table on
            yield Said(self._stream, pairs, b"", self._end)
