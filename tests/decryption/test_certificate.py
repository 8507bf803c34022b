"""Certificates of TLS 1.3, compressed and not, and messages that break off.

Spec: RFC 8446 §4.4.2; RFC 8879.
"""

from __future__ import annotations

import zlib

import brotli
import pytest
import zstandard

from evenhand.decryption import certificate

ONE, TWO = b"first certificate", b"second"


def message(*raw: bytes) -> bytes:
    """A Certificate message without context, each certificate with an extension."""
    parts = [len(r).to_bytes(3, "big") + r + b"\0\4\0\5\0\0" for r in raw]
    body = b"".join(parts)
    return b"\0" + len(body).to_bytes(3, "big") + body


def compressed(how: int, packed: bytes, size: int) -> bytes:
    head = how.to_bytes(2, "big") + size.to_bytes(3, "big")
    return head + len(packed).to_bytes(3, "big") + packed


def test_listed() -> None:
    whole = message(ONE, TWO)
    assert certificate.listed(whole) == [ONE, TWO]
    assert certificate.listed(b"\2ab" + whole[1:]) == [ONE, TWO]
    for cut in range(len(whole)):
        assert certificate.listed(whole[:cut]) in ([], [ONE], [ONE, TWO])  # never a part of one
    assert certificate.listed(b"") == []


@pytest.mark.parametrize(
    ("how", "pack"),
    [(1, zlib.compress), (2, brotli.compress), (3, zstandard.ZstdCompressor().compress)],
)
def test_expanded(how: int, pack: object) -> None:
    whole = message(ONE, TWO)
    packed = pack(whole)  # type: ignore[operator]
    assert certificate.expanded(compressed(how, packed, len(whole))) == whole
    assert certificate.expanded(compressed(how, b"no such thing", len(whole))) == b""
    assert certificate.expanded(compressed(how, packed, 1 << 23)) == b""  # longer than any
    bomb = pack(bytes(1 << 24))  # type: ignore[operator]
    assert len(certificate.expanded(compressed(how, bomb, 1 << 17))) <= 1 << 18


def test_other_ways_of_compression_say_nothing() -> None:
    assert certificate.expanded(compressed(9, b"x", 1)) == b""
    assert certificate.expanded(b"\0\1") == b""
