"""Rows of whole numbers in groups: those whose keys are equal, and what is added up of each group.

Keys are packed into one number of 64 bits, which is looked up in a hash table; where they need
more bits, what is packed so far is first replaced by its place among those met.

Spec: none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Places = np.ndarray[Any, np.dtype[np.integer[Any]]]

BITS = 63  # of a packed key: never negative
FEW_BITS = 12
SCATTER = -7046029254386353131  # odd, so that different keys stay different
LEAST, MOST = -(1 << 63), (1 << 63) - 1


class Groups(NamedTuple):
    """Which group each row is of."""

    of: Places
    first: Integers  # the first row of each group

    def added(self, column: Integers, how: str) -> Integers:
        """The `sum`, the `min` or the `max` of a column, for each group."""
        import numpy as np

        start = {"sum": 0, "min": MOST, "max": LEAST}[how]
        found = np.full(len(self.first), start, np.int64)
        add = {"sum": np.add, "min": np.minimum, "max": np.maximum}[how]
        add.at(found, self.of, column)
        return found


def grouped(keys: Sequence[Integers]) -> Groups:
    """The groups of rows that are equal in every key."""
    packed, bits = _packed(keys)
    of = _by_table(packed, bits) if bits <= FEW_BITS else _places(packed)
    return Groups(of, _firsts(of))


def pairs(one: Integers, other: Integers, mixed: Integers) -> Groups:
    """The groups of rows that are equal in both keys; `mixed` is a number that both give.

    One look for each row, where that number is not the same for different keys.
    """
    of = _places(mixed)
    first = _firsts(of)
    if (one[first][of] == one).all() and (other[first][of] == other).all():
        return Groups(of, first)
    return grouped([one, other])


def places_below(numbers: Integers, most: int) -> tuple[Integers, Integers]:
    """The different ones of some numbers from 0 on and below `most`, and the place of each."""
    import numpy as np

    there = np.zeros(most, bool)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]


def _firsts(of: Places) -> Integers:
    """The first row of each group."""
    import numpy as np

    first = np.zeros(int(of.max(initial=-1)) + 1, np.int64)
    first[of[::-1]] = np.arange(len(of) - 1, -1, -1)  # of several, what is written last stays
    return first


def _by_table(packed: Integers, bits: int) -> Places:
    """The place of each number among those there are, where these are few."""
    return places_below(packed, 1 << bits)[1]


def _packed(keys: Sequence[Integers]) -> tuple[Integers, int]:
    """One number for each row, equal where all keys are, and how many bits it takes."""
    import numpy as np

    packed, used = np.zeros(len(keys[0]), np.int64), 0
    for key in keys:
        key, bits = _from_zero(key)
        if used + bits > BITS:
            packed = _places(packed).astype(np.int64)
            used = int(packed.max(initial=0)).bit_length()
        if used + bits > BITS:
            key = _places(key).astype(np.int64)
            bits = int(key.max(initial=0)).bit_length()
        if bits:
            packed, used = packed << bits | key if used else key, used + bits
    return packed, used


def _from_zero(key: Integers) -> tuple[Integers, int]:
    """A key less its least value, and how many bits it takes then."""
    import numpy as np

    if not len(key):
        return key, 0
    least, most = int(key.min()), int(key.max())
    if most - least > MOST:
        key = _places(key).astype(np.int64)
        least, most = 0, int(key.max())
    return key - least if least else key, (most - least).bit_length()


def _places(key: Integers) -> Places:
    """The place of each number among those met before it."""
    import pyarrow as pa

    # scattered, for the keys of flows differ in few bits and the table takes some of them
    found: Places = pa.array(key * SCATTER).dictionary_encode().indices.to_numpy()
    return found
