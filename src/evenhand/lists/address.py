"""Addresses as text and as numbers of 128 bits, many at a time.

Every address is one number: an IPv4 address is the IPv4-mapped IPv6 address, so that both
families share one order and `::ffff:192.0.2.1` is 192.0.2.1. A number is kept as two columns
of 64 bits, `high` and `low`.

Spec: RFC 4291 (2.2 text, 2.5.5.2 IPv4-mapped), RFC 5952 (canonical text).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Column = npt.NDArray[np.uint64]
    Flags = npt.NDArray[np.bool_]

MAPPED = b"\0" * 10 + b"\xff\xff"
MAPPED_LOW = 0xFFFF << 32  # low half of ::ffff:0.0.0.0
HALF = 1 << 64


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


def numbers(texts: Sequence[str | None]) -> tuple[Column, Column, Flags]:
    """Columns `high` and `low` of many addresses, and which of the texts are addresses."""
    import numpy as np

    parts = [packed(t) for t in texts]
    known = np.array([p is not None for p in parts], dtype=np.bool_)
    halves = np.frombuffer(b"".join(p or bytes(16) for p in parts), dtype=">u8").reshape(-1, 2)
    return halves[:, 0].astype(np.uint64), halves[:, 1].astype(np.uint64), known


def halves_of(values: Sequence[int]) -> tuple[Column, Column]:
    """Columns `high` and `low` of numbers of 128 bits."""
    import numpy as np

    high = np.array([v >> 64 for v in values], dtype=np.uint64)
    low = np.array([v & (HALF - 1) for v in values], dtype=np.uint64)
    return high, low
