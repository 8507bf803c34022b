"""Certificates in a TLS 1.3 handshake, compressed or not.

Spec: RFC 8446 §4.4.2; RFC 8879.
"""

from __future__ import annotations

import zlib

MESSAGE_BYTES = 1 << 18  # of a Certificate message, expanded
ZLIB, BROTLI, ZSTD = 1, 2, 3


def listed(body: bytes) -> list[bytes]:
    """The certificates of a Certificate message, the server's own first; as far as it is whole."""
    found: list[bytes] = []
    at = 1 + body[0] if body else 0
    end = min(len(body), at + 3 + int.from_bytes(body[at : at + 3], "big"))
    at += 3
    while at + 3 <= end:
        size = int.from_bytes(body[at : at + 3], "big")
        after = at + 3 + size
        if not size or after + 2 > end:
            break
        found.append(body[at + 3 : after])
        at = after + 2 + int.from_bytes(body[after : after + 2], "big")
    return found


def expanded(body: bytes) -> bytes:
    """The Certificate message in a CompressedCertificate; empty where it cannot be expanded."""
    if len(body) < 8:
        return b""
    how, size = int.from_bytes(body[0:2], "big"), int.from_bytes(body[2:5], "big")
    packed = body[8 : 8 + int.from_bytes(body[5:8], "big")]
    if size > MESSAGE_BYTES:
        return b""
    if how == ZLIB:
        try:
            return zlib.decompressobj().decompress(packed, size)
        except zlib.error:
            return b""
    return _brotli(packed, size) if how == BROTLI else _zstd(packed, size) if how == ZSTD else b""


def _brotli(packed: bytes, size: int) -> bytes:
    import brotli

    try:
        found: bytes = brotli.Decompressor().process(packed, output_buffer_limit=size)
    except brotli.error:
        return b""
    return found


def _zstd(packed: bytes, size: int) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 23).stream_reader(packed) as reader:
            return reader.read(size)
    except zstandard.ZstdError:
        return b""
