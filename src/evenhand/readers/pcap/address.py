"""Addresses as small numbers, so that flows are grouped by integers.

Spec: RFC 5952 (canonical text of IPv6 addresses).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap.index import NONE, Index

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers

LIMIT = 1_000_000  # different IPv6 addresses remembered
OVERFLOW = LIMIT


def text(raw: bytes) -> str:
    """An address of 4 or 16 bytes as canonical text."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


class Addresses:
    """IPv4 addresses number themselves; IPv6 addresses are numbered as they are met."""

    def __init__(self) -> None:
        self._index = Index(LIMIT)
        self._number: dict[bytes, int] = {}  # of those that were met one by one

    def number(self, raw: bytes) -> int:
        """The number of an address; OVERFLOW where too many IPv6 addresses were met."""
        import numpy as np

        if len(raw) == 4:
            return int.from_bytes(raw, "big")
        known = self._number.get(raw)
        if known is None:
            halves = np.frombuffer(raw, ">u8").astype(np.uint64)
            known = int(self.columns(halves[:1], halves[1:])[0])
            if len(self._number) < LIMIT:
                self._number[raw] = known
        return known

    def columns(self, high: Any, low: Any) -> Integers:
        """The numbers of IPv6 addresses, given as their upper and lower halves (uint64)."""
        import numpy as np

        found, _ = self._index.numbers(high.view(np.int64), low.view(np.int64))
        found[found == NONE] = OVERFLOW
        return found

    def raw(self, version: int, number: int) -> bytes:
        """The bytes of an address."""
        if version == 4:
            return number.to_bytes(4, "big")
        high, low = (int(half[number]) & (1 << 64) - 1 for half in self._index.pairs)
        return (high << 64 | low).to_bytes(16, "big")
