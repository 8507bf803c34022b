"""Packet blocks of a pcapng file on their way from where they are met to where they are read.

Spec: draft-ietf-opsawg-pcapng s. 4 (block types).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

PACKETS = 1 << 17  # packets held as columns at a time
SECTION, INTERFACE, OLD_PACKET, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
NAMES, STATISTICS, SECRETS = 4, 5, 10
ASIDES = (SECTION, INTERFACE, NAMES, STATISTICS, SECRETS)  # blocks that may say more
COMMENT = 1  # code of an option
MANY = 100_000  # blocks beside packets, and packets with comments, that are looked at
OPTIONS = 16  # of one packet that are looked at


class Aside(NamedTuple):
    """A block, or the options of one: where it lies and in which byte order."""

    kind: int
    at: int
    end: int  # of its content: where its length stands again
    order: str


class Found:
    """Packet blocks met so far: kind, place, and where its section's interfaces begin."""

    def __init__(self) -> None:
        self.count = 0
        self._single: list[tuple[int, int, int]] = []
        self._many: list[Integers] = []

    def add(self, kind: int, at: int, base: int) -> None:
        """One packet block."""
        self._single.append((kind, at, base))
        self.count += 1

    def add_many(self, kind: Integers, at: Integers, base: int) -> None:
        """Packet blocks of one section, behind those added before."""
        import numpy as np

        packet = (kind == ENHANCED) | (kind == SIMPLE) | (kind == OLD_PACKET)
        at = at[packet]
        self._close()
        self._many.append(np.stack([kind[packet], at, np.full(len(at), base)]))
        self.count += len(at)

    def _close(self) -> None:
        import numpy as np

        if self._single:
            self._many.append(np.array(self._single, np.int64).T)
            self._single = []

    def lots(self) -> Iterator[Integers]:
        """The blocks in order, up to `PACKETS` at a time: rows of kinds, places and bases."""
        import numpy as np

        self._close()
        if self._many:
            joined = np.concatenate(self._many, axis=1)
            for start in range(0, self.count, PACKETS):
                yield joined[:, start : start + PACKETS]


def commented(view: View, order: str, start: Integers, end: Integers) -> Integers:
    """Which packet blocks have a comment among their options, which lie between start and end."""
    import numpy as np

    half = view.halves(order)
    rows = np.nonzero(end - start >= 8)[0]  # an option and the end mark, or more
    at, found = start.copy(), []
    for _ in range(OPTIONS):
        if not len(rows):
            break
        code, size = half(at[rows]), half(at[rows] + 2)
        found.append(rows[(code == COMMENT) & (at[rows] + 4 + size <= end[rows])])
        at[rows] += 4 + (size + 3) // 4 * 4
        rows = rows[(code > COMMENT) & (at[rows] + 4 <= end[rows])]
    which: Integers = np.sort(np.concatenate(found)) if found else rows
    return which
