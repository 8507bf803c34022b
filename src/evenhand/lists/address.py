"""Addresses as text and as numbers of 128 bits, many at a time.

Every address is one number: an IPv4 address is the IPv4-mapped IPv6 address, so that both
families share one order and `::ffff:192.0.2.1` is 192.0.2.1. A number is kept as two columns
of 64 bits, `high` and `low`.

Spec: RFC 4291 (2.2 text, 2.5.5.2 IPv4-mapped), RFC 5952 (canonical text).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Column = npt.NDArray[np.uint64]
    Flags = npt.NDArray[np.bool_]

MAPPED = b"\0" * 10 + b"\xff\xff"
MAPPED_LOW = 0xFFFF << 32  # low half of ::ffff:0.0.0.0
HALF = 1 << 64
PIECE = 1 << 15  # texts looked at together: what they take stays in the cache
SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(text: str | None) -> str | None:
    """The one way to write this address (an IPv4-mapped one as IPv4); None where it is none."""
    try:
        address = ipaddress.ip_address((text or "").strip().partition("%")[0])
    except ValueError:
        return None
    return spelled(number_of(address))


def number_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int:
    """The address as a number of 128 bits."""
    return int(address) + (MAPPED_LOW if address.version == 4 else 0)


def spelled(number: int) -> str:
    """A number of 128 bits as canonical text."""
    if number >> 32 == 0xFFFF:
        return str(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return str(ipaddress.IPv6Address(number))


def packed(text: str | None) -> bytes | None:
    """The 16 bytes of an address; None where the text is no address."""
    try:
        if text is None:
            return None
        if ":" not in text:
            return MAPPED + socket.inet_pton(socket.AF_INET, text)
        return socket.inet_pton(socket.AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):  # ValueError: a zero byte or a lone surrogate in the text
        return None


def numbers(texts: Sequence[str | None] | pa.Array) -> tuple[Column, Column, Flags]:
    """Columns `high` and `low` of many addresses, and which of the texts are addresses.

    IPv4 addresses are read many at a time, all others one by one; both mean the same.
    """
    import numpy as np
    import pyarrow as pa

    try:
        column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    except UnicodeEncodeError:  # a lone surrogate: such a text is no address
        return numbers([None if t is None or SURROGATE.search(t) else t for t in texts])
    four, known = four_of(column)
    high = np.zeros(len(column), np.uint64)
    low = np.where(known, four | np.uint64(MAPPED_LOW), np.uint64(0))
    rest = np.flatnonzero(~known)
    if len(rest):
        parts = [packed(t) for t in column.take(pa.array(rest)).to_pylist()]
        known[rest] = [p is not None for p in parts]
        halves = np.frombuffer(b"".join(p or bytes(16) for p in parts), ">u8").reshape(-1, 2)
        high[rest], low[rest] = halves[:, 0], halves[:, 1]
    return high, low, known


def four_of(column: pa.Array) -> tuple[Column, Flags]:
    """The numbers (below 2^32) of texts that are IPv4 addresses, and which of the texts are.

    A canonical text alone is one: four numbers up to 255 without leading zeros.
    """
    import numpy as np

    value, known = np.zeros(len(column), np.uint64), np.zeros(len(column), np.bool_)
    for at in range(0, len(column), PIECE):
        part = slice(at, at + PIECE)
        value[part], known[part] = _piece_of_four(column.slice(at, PIECE))
    return value, known


def _piece_of_four(column: pa.Array) -> tuple[Column, Flags]:
    import numpy as np

    starts, ends, data = _bytes_of(column)
    dots = np.flatnonzero(data == 0x2E)
    before, after = dots.searchsorted(starts), dots.searchsorted(ends)
    good = np.asarray(column.is_valid()) & (after - before == 3)
    value = np.zeros(len(starts), np.uint64)
    own = np.flatnonzero(good)
    marks = dots[before[own, None] + np.arange(3)]
    digit = np.append(data, np.uint8(0)) - np.uint8(0x30)  # what is no digit is beyond 9
    right = np.ones(len(own), np.bool_)
    number = np.zeros(len(own), np.uint64)
    first = starts[own]
    for end in (marks[:, 0], marks[:, 1], marks[:, 2], ends[own]):
        length = end - first
        octet, fits = _octet(digit, end, length)
        right &= fits
        number = number << np.uint64(8) | octet
        first = end + 1
    good[own] = right
    value[own[right]] = number[right]
    return value, good


def _octet(digit: Any, end: Any, length: Any) -> tuple[Any, Any]:
    """The numbers of one to three digits before `end`, and which of them are such."""
    import numpy as np

    one = digit[end - 1]
    two = np.where(length > 1, digit[np.maximum(end - 2, 0)], 0)
    three = np.where(length > 2, digit[np.maximum(end - 3, 0)], 0)
    octet = one.astype(np.uint64) + two * np.uint64(10) + three * np.uint64(100)
    fits = (length >= 1) & (length <= 3) & (one <= 9) & (two <= 9) & (three <= 9) & (octet <= 255)
    # no zero leads: a number of two digits is at least 10, one of three at least 100
    fits &= ((length < 2) | (octet >= 10)) & ((length < 3) | (octet >= 100))
    return octet, fits


def _bytes_of(column: pa.Array) -> tuple[Any, Any, Any]:
    """Where each text starts and ends in the bytes of them all, and these bytes."""
    import numpy as np
    import pyarrow as pa

    wide = pa.types.is_large_string(column.type)
    _, offsets, data = column.buffers()
    count, kind = len(column), np.int64 if wide else np.int32
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, kind)[column.offset : column.offset + count + 1]
    whole = np.frombuffer(data or b"", np.uint8)[: places[-1]]
    low = int(places[0])
    places = places.astype(np.int64) - low
    return places[:-1], places[1:], whole[low:]


def halves_of(values: Sequence[int]) -> tuple[Column, Column]:
    """Columns `high` and `low` of numbers of 128 bits."""
    import numpy as np

    high = np.array([v >> 64 for v in values], dtype=np.uint64)
    low = np.array([v & (HALF - 1) for v in values], dtype=np.uint64)
    return high, low
