"""Addresses as small numbers, so that flows are grouped by integers.

Spec: RFC 5952 (canonical text of IPv6 addresses).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

LIMIT = 1_000_000  # different IPv6 addresses remembered
OVERFLOW = LIMIT


def text(raw: bytes) -> str:
    """An address of 4 or 16 bytes as canonical text."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


class Addresses:
    """IPv4 addresses number themselves; IPv6 addresses are numbered as they are met."""

    def __init__(self) -> None:
        self._number: dict[bytes, int] = {}
        self._raw: list[bytes] = []

    def number(self, raw: bytes) -> int:
        """The number of an address; OVERFLOW where too many IPv6 addresses were met."""
        if len(raw) == 4:
            return int.from_bytes(raw, "big")
        known = self._number.get(raw)
        if known is None:
            known = len(self._raw)
            if known >= LIMIT:
                return OVERFLOW
            self._number[raw] = known
            self._raw.append(raw)
        return known

    def raw(self, version: int, number: int) -> bytes:
        """The bytes of an address."""
        return number.to_bytes(4, "big") if version == 4 else self._raw[number]

    def numbers(self, view: View, at: Integers) -> Integers:
        """The numbers of the IPv6 addresses that lie at `at` in the capture."""
        import numpy as np

        high, low = view.gather(">u8", at), view.gather(">u8", at + 8)
        # Rows are grouped by a mix of both halves, then each group by its exact bytes.
        mixed = high * np.int64(-7046029254386353131) ^ (low + (low << 17))
        _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
        same = (high == high[first][group]) & (low == low[first][group])
        data = view.data
        ids = np.array([self.number(bytes(data[o : o + 16])) for o in at[first].tolist()], np.int64)
        found: Integers = ids[group]
        for i in np.nonzero(~same)[0].tolist():  # two addresses of one mix
            found[i] = self.number(bytes(data[int(at[i]) : int(at[i]) + 16]))
        return found
