"""QUIC frames: pieces of the handshake and of streams; the rest is passed over.

Spec: RFC 9000 §19; RFC 9221 (DATAGRAM); draft-ietf-quic-ack-frequency, draft-huitema-quic-ts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from evenhand.readers.pcap.quic import varint

# Frames that are a number of integers and nothing else (RFC 9000 §19).
INTEGERS = {
    0x04: 3, 0x05: 2, 0x10: 1, 0x11: 2, 0x12: 1, 0x13: 1, 0x14: 1, 0x15: 2, 0x16: 1, 0x17: 1,
    0x19: 1, 0x1E: 0, 0x2F5: 1,
}  # fmt: skip
FIXED = {0x1A: 8, 0x1B: 8}  # PATH_CHALLENGE, PATH_RESPONSE
MOST = 1 << 12  # ranges of one acknowledgement that are walked over


class Crypto(NamedTuple):
    """A piece of the handshake."""

    offset: int
    data: bytes


class Stream(NamedTuple):
    """A piece of a stream; `side` and `early` are filled in by who knows."""

    number: int
    offset: int
    data: bytes
    end: bool  # it is the last one, or the stream was reset
    side: int = -1
    early: bool = False  # sent before the handshake


class _Broken(Exception):
    """The frame breaks off."""


class _Walk:
    """A place in the frames of one packet."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def integer(self) -> int:
        found = varint(self.data, self.at)
        if found is None:
            raise _Broken
        self.at = found[1]
        return found[0]

    def bytes(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise _Broken
        self.at += size
        return self.data[self.at - size : self.at]


def frames(data: bytes) -> Iterator[Crypto | Stream]:
    """Frames of one packet, up to one that is not known."""
    walk = _Walk(data)
    try:
        while walk.at < len(data):
            if data[walk.at] in (0, 1):  # PADDING, PING
                walk.at += 1
                continue
            kind = walk.integer()
            if kind == 0x06:
                offset = walk.integer()
                yield Crypto(offset, walk.bytes(walk.integer()))
            elif 0x08 <= kind <= 0x0F:
                yield _stream(walk, kind)
            elif not _passed_over(walk, kind):
                return
    except _Broken:
        return


def _stream(walk: _Walk, kind: int) -> Stream:
    number = walk.integer()
    offset = walk.integer() if kind & 4 else 0
    size = walk.integer() if kind & 2 else len(walk.data) - walk.at
    return Stream(number, offset, walk.bytes(size), bool(kind & 1))


def _passed_over(walk: _Walk, kind: int) -> bool:
    """Walk over a frame; False where its shape is not known."""
    if kind in INTEGERS:
        for _ in range(INTEGERS[kind]):
            walk.integer()
    elif kind in FIXED:
        walk.bytes(FIXED[kind])
    elif kind in (0x02, 0x03):
        _, _, ranges, _ = (walk.integer() for _ in range(4))
        for _ in range(min(2 * ranges, MOST) + (3 if kind == 0x03 else 0)):
            walk.integer()
    elif kind == 0x07:
        walk.bytes(walk.integer())
    elif kind == 0x18:
        walk.integer(), walk.integer()
        walk.bytes(walk.bytes(1)[0] + 16)
    elif kind in (0x1C, 0x1D):
        for _ in range(2 if kind == 0x1C else 1):
            walk.integer()
        walk.bytes(walk.integer())
    elif kind == 0x31:
        walk.bytes(walk.integer())
    else:
        return False
    return True
