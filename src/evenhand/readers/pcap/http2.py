"""HTTP/2 in the clear: hosts, methods and media types of its streams.

Spec: RFC 9113 §3.4 (preface), §4.1 (frames), §6.2 and §6.10 (HEADERS, CONTINUATION); RFC 7541
(HPACK, read by the library hpack).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from evenhand.readers.pcap.http import MEDIA, Request

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, CONTINUATION = 1, 9
END_HEADERS, PADDED, PRIORITY = 0x4, 0x8, 0x20
BLOCK_BYTES = 1 << 15  # longest block of header fields that is put together
FIELD_BYTES = 1 << 16  # all fields of one block, unpacked
TABLE_BYTES = 1 << 16  # largest table of fields that a sender may keep; browsers allow 64 KiB


class Fields(NamedTuple):
    """The header fields of one stream, as far as they matter."""

    stream: int
    request: Request | None  # None: an answer
    kind: bytes  # media type


class Connection:
    """One direction of a connection: frames in order, unpacked as they come."""

    def __init__(self) -> None:
        from hpack import Decoder

        self._decoder: Any = Decoder(FIELD_BYTES)
        self._decoder.max_allowed_table_size = TABLE_BYTES
        self._block = b""
        self._stream = 0

    def read(self, data: bytes) -> tuple[list[Fields], int, bool]:
        """Fields of the frames in `data`, how far it was read, and whether it makes sense."""
        found: list[Fields] = []
        at = len(PREFACE) if data.startswith(PREFACE) else 0
        while len(data) - at >= 9:
            size, kind, flags = int.from_bytes(data[at : at + 3], "big"), data[at + 3], data[at + 4]
            stream = int.from_bytes(data[at + 5 : at + 9], "big") & 0x7FFFFFFF
            if size > BLOCK_BYTES or kind > 0x20:
                return found, at, False
            if len(data) - at - 9 < size:
                break
            body = data[at + 9 : at + 9 + size]
            at += 9 + size
            if kind == HEADERS:
                self._stream, self._block = stream, without_padding(body, flags)
            elif kind == CONTINUATION and stream == self._stream:
                self._block += body
            else:
                continue
            if len(self._block) > BLOCK_BYTES:
                return found, at, False
            if flags & END_HEADERS:
                fields = self._unpacked()
                if fields is None:
                    return found, at, False
                found.append(fields)
        return found, at, True

    def _unpacked(self) -> Fields | None:
        from hpack import HPACKError

        try:
            pairs = dict(self._decoder.decode(self._block, raw=True))
        except (HPACKError, ValueError, IndexError):
            return None
        media = MEDIA(b"content-type:" + pairs.get(b"content-type", b""))
        kind = media[1].lower() if media else b""
        method = pairs.get(b":method", b"")
        if not (method.isalpha() and method.isascii()):
            return Fields(self._stream, None, kind)
        host = pairs.get(b":authority") or pairs.get(b"host", b"")
        return Fields(self._stream, Request(method.decode("ascii"), host, kind), kind)


def settings(data: bytes) -> bool:
    """Whether a direction begins as RFC 9113 §3.4 says that a server's does."""
    return len(data) >= 9 and data[3] == 4 and data[5:9] == bytes(4) and data[0] == 0


def without_padding(body: bytes, flags: int) -> bytes:
    """RFC 9113 §6.2: padding and priority stand around the block."""
    start, end = 0, len(body)
    if flags & PADDED:
        end, start = max(0, end - (body[0] if body else 0)), 1
    return body[start + (5 if flags & PRIORITY else 0) : end]
