"""Addresses as small numbers, so that flows are grouped by integers.

Spec: RFC 5952 (canonical text of IPv6 addresses).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap.index import NONE, Index

if TYPE_CHECKING:
    import pyarrow as pa

    from evenhand.readers.pcap.view import Integers

LIMIT = 1_000_000  # different IPv6 addresses remembered
OVERFLOW = LIMIT
SHIFTS = (24, 16, 8, 0)  # of the four numbers of an IPv4 address


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

    def halves(self, version: Integers, number: Integers) -> tuple[Any, Any]:
        """Lower and upper halves of addresses (uint64), to sort by."""
        import numpy as np

        six = version == 6
        low, high = number.astype(np.uint64), np.zeros(len(number), np.uint64)
        pairs = self._index.pairs
        high[six], low[six] = (half[number[six]].view(np.uint64) for half in pairs)
        return low, high


def joined(prefix: str, numbers: Integers, suffix: str = "") -> pa.Array:
    """Numbers as text behind a prefix."""
    import pyarrow as pa
    import pyarrow.compute as pc

    written = pa.array(numbers).cast(pa.string())
    if suffix:
        return pc.binary_join_element_wise(prefix, written, suffix, "")
    return pc.binary_join_element_wise(prefix, written, "")


def texts_of(version: Integers, number: Integers, addresses: Addresses) -> pa.Array:
    """Addresses as canonical text; null where the version is 0."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    octets = pa.array([str(n) for n in range(256)])
    parts = [octets.take(pa.array((number >> shift & 0xFF).astype(np.uint8))) for shift in SHIFTS]
    written = pc.binary_join_element_wise(*parts, ".")
    none = version == 0
    if none.any():
        written = pc.if_else(pa.array(~none), written, None)
    six = np.nonzero(version == 6)[0]
    if len(six):
        different, group = np.unique(number[six], return_inverse=True)
        texts = pa.array([text(addresses.raw(6, n)) for n in different.tolist()])
        mask = pa.array(version == 6)
        written = pc.replace_with_mask(written, mask, texts.take(pa.array(group.reshape(-1))))
    return written
