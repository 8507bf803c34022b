"""Keys met so far, each with a number of its own: looked up many at a time.

A key is two whole numbers. It stands in a table of slots at the place that its bits give, or a
few places behind it; the few that find no slot there (somebody may have made them so) are kept
in a dictionary, which is slow but cannot be made slower.

Spec: none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

PLACES = 16  # looked at for one key
PIECE = 1 << 16  # keys looked up at once: what is made of them stays near the processor
LEAST_BITS = 12  # of the number of slots
SPARE = 4  # slots for each key
ODD = (-7046029254386353131, -4417276706812531889)
ABSENT = -1


class Met:
    """Numbers from 0 on for keys, in order of their first being asked for."""

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

        found = np.empty(len(one), np.int64)
        for at in range(0, len(one), PIECE):
            some = slice(at, at + PIECE)
            found[some] = self._numbers(one[some], other[some])
        return found

    def _numbers(self, one: Integers, other: Integers) -> Integers:
        import numpy as np

        found = self._slots[self._place(one, other)].astype(np.int64)
        differ = self._keys[0][found] != one
        differ |= self._keys[1][found] != other
        differ |= found < 0
        missed = np.flatnonzero(differ)
        if len(missed):
            found[missed] = self._each(one[missed], other[missed])
        return found

    def _place(self, one: Integers, other: Integers) -> Integers:
        """Where a key is looked for: all its bits give to the uppermost ones of a mixed number."""
        import numpy as np

        mixed = one * np.int64(ODD[0])
        mixed ^= other * np.int64(ODD[1])
        mixed ^= mixed >> np.int64(32)
        mixed *= np.int64(ODD[0])
        return (mixed.view(np.uint64) >> np.uint64(64 - self._bits)).view(np.int64)

    def _each(self, one: Integers, other: Integers) -> Integers:
        """The numbers of keys of which some may be new: each of these stands for a number."""
        import numpy as np

        before, most = self.count, self.count + len(one)
        self._make_room(most)
        for keys, given in zip(self._keys, (one, other), strict=True):
            keys[before:most] = given
        left, place = np.arange(before, most), self._place(one, other)
        found = np.empty_like(left)
        put: list[tuple[Integers, Integers]] = []
        for _ in range(PLACES):
            put.append(self._claimed(place, left))
            there = self._slots[place].astype(np.int64)
            found[left - before] = there
            differ = self._keys[0][there] != self._keys[0][left]
            differ |= self._keys[1][there] != self._keys[1][left]
            on = np.flatnonzero(differ)
            left, place = left[on], place[on] + 1 & len(self._slots) - 1
            if not len(left):
                break
        for number in left.tolist():
            key = int(self._keys[0][number]), int(self._keys[1][number])
            found[number - before] = self._others.setdefault(key, number)
        return self._counted(found, put)

    def _claimed(self, place: Integers, numbers: Integers) -> tuple[Integers, Integers]:
        """Places that were free, now of the first number that wants each; and which one that is."""
        import numpy as np

        free = np.flatnonzero(self._slots[place] < 0)[::-1]
        free = np.ascontiguousarray(free)  # of several, what is written last stays
        place, numbers = place[free], numbers[free]
        self._slots[place] = numbers
        own = np.flatnonzero(self._slots[place] == numbers)
        return place[own], numbers[own]

    def _counted(self, found: Integers, put: list[tuple[Integers, Integers]]) -> Integers:
        """What was found, where numbers that stand for new keys have no gaps between them."""
        import numpy as np

        before = self.count
        new = np.flatnonzero(found == np.arange(before, before + len(found)))
        if not len(new):
            return found
        number = np.arange(before + len(found))
        number[before + new] = number[before : before + len(new)].copy()
        self.count += len(new)
        for keys in self._keys:
            keys[before : self.count] = keys[before:][new]
        for place, stood in put:
            self._slots[place] = number[stood]
        self._others = {key: int(number[stood]) for key, stood in self._others.items()}
        return number[found]

    def _make_room(self, most: int) -> None:
        """Have room for so many keys; slots that are many more than the keys there are."""
        import numpy as np

        if most > len(self._keys[0]):
            room = np.zeros(2 * most, np.int64)
            self._keys = [np.concatenate([k[: self.count], room]) for k in self._keys]
        if max(2 * most, SPARE * self.count) > len(self._slots):
            self._bits = (SPARE * most).bit_length()
            self._slots = np.full(1 << self._bits, ABSENT, np.int32)
            self._put_again()

    def _put_again(self) -> None:
        """Give every key a slot; those in the dictionary stay there too."""
        import numpy as np

        left, place = np.arange(self.count), self._place(*self.keys)
        for _ in range(PLACES):
            free = np.flatnonzero(self._slots[place] < 0)
            self._slots[place[free]] = left[free]
            on = np.flatnonzero(self._slots[place] != left)
            left, place = left[on], place[on] + 1 & len(self._slots) - 1
            if not len(left):
                return
        one, other = (keys[left].tolist() for keys in self._keys)
        self._others.update(zip(zip(one, other, strict=True), left.tolist(), strict=True))
