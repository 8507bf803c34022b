"""Keys met so far, each with a number of its own: looked up many at a time.

A key is two whole numbers. It stands in a table of slots at the place that its bits give, or a
few places behind it; the few that find no slot there (somebody may have made them so) are kept
in a dictionary, which is slow but cannot be made slower.

Spec: none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.traffic.grouping import pairs

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

PLACES = 16  # looked at for one key
LEAST_BITS = 12  # of the number of slots
SPARE = 4  # slots for each key
ODD = (-7046029254386353131, -4417276706812531889)
ABSENT = -1


class Met:
    """Numbers from 0 on for keys, in order of their first being asked for, batch by batch."""

    def __init__(self) -> None:
        import numpy as np

        self.count = 0
        self._keys = [np.zeros(1, np.int64), np.zeros(1, np.int64)]  # there is room for more
        self._others: dict[tuple[int, int], int] = {}
        self._bits = LEAST_BITS
        self._slots = np.full(1 << LEAST_BITS, ABSENT, np.int32)

    @property
    def keys(self) -> tuple[Integers, Integers]:
        """Every key, in order of the numbers."""
        one, other = self._keys
        return one[: self.count], other[: self.count]

    def numbers(self, one: Integers, other: Integers) -> Integers:
        """The number of each key; keys that were not met before get new ones."""
        import numpy as np

        found = self._slots[self._place(one, other)].astype(np.int64)
        missed = np.flatnonzero(~self._are(found, one, other))
        if len(missed):
            rest = one[missed], other[missed]
            same = pairs(*rest, _mixed(*rest))
            own = self._each(rest[0][same.first], rest[1][same.first])
            found[missed] = own[same.of]
        return found

    def _place(self, one: Integers, other: Integers) -> Integers:
        import numpy as np

        place = _mixed(one, other).view(np.uint64) >> np.uint64(64 - self._bits)
        return place.view(np.int64)

    def _are(self, numbers: Integers, one: Integers, other: Integers) -> Any:
        """Which of some numbers, or of ABSENT, are those of these keys."""
        same = self._keys[0][numbers] == one
        same &= self._keys[1][numbers] == other
        same &= numbers >= 0
        return same

    def _each(self, one: Integers, other: Integers) -> Integers:
        """The numbers of different keys."""
        import numpy as np

        found = self._known(one, other)
        new = np.flatnonzero(found < 0)
        if not len(new):
            return found
        found[new] = own = np.arange(self.count, self.count + len(new))
        if self.count + len(new) >= len(self._keys[0]):
            room = 2 * (self.count + len(new)) + 64
            self._keys = [np.concatenate([k[: self.count], np.zeros(room, np.int64)])
                          for k in self._keys]  # fmt: skip
        for keys, given in zip(self._keys, (one, other), strict=True):
            keys[self.count : self.count + len(new)] = given[new]
        self.count += len(new)
        if self.count * SPARE > len(self._slots):
            self._bits = (self.count * SPARE * 2).bit_length()
            self._slots = np.full(1 << self._bits, ABSENT, np.int32)
            own = np.arange(self.count)
        self._put(own)
        return found

    def _known(self, one: Integers, other: Integers) -> Integers:
        """The numbers of those keys that were met before, ABSENT for the others."""
        import numpy as np

        found = np.full(len(one), ABSENT, np.int64)
        place, left = self._place(one, other), np.arange(len(one))
        for _ in range(PLACES):
            there = self._slots[place].astype(np.int64)
            same = self._are(there, one[left], other[left])
            found[left[same]] = there[same]
            on = ~same & (there >= 0)
            left, place = left[on], place[on] + 1 & len(self._slots) - 1
            if not len(left):
                return found
        keys = zip(one[left].tolist(), other[left].tolist(), strict=True)
        found[left] = [self._others.get(key, ABSENT) for key in keys]
        return found

    def _put(self, numbers: Integers) -> None:
        """Give keys that have none yet a slot."""
        one, other = (keys[numbers] for keys in self._keys)
        place = self._place(one, other)
        for _ in range(PLACES):
            free = self._slots[place] < 0
            self._slots[place[free]] = numbers[free]  # of several, one stays
            on = self._slots[place] != numbers
            numbers, place = numbers[on], place[on] + 1 & len(self._slots) - 1
            if not len(numbers):
                return
        one, other = (keys[numbers] for keys in self._keys)
        keys = zip(one.tolist(), other.tolist(), strict=True)
        self._others.update(zip(keys, numbers.tolist(), strict=True))


def _mixed(one: Integers, other: Integers) -> Integers:
    """A number of 64 bits for each key, to whose uppermost ones all bits of the key give."""
    import numpy as np

    mixed = one * np.int64(ODD[0]) ^ other * np.int64(ODD[1])
    return (mixed ^ mixed >> np.int64(32)) * np.int64(ODD[0])
