"""Dense numbers for pairs of integers, given out many at a time in the order they are met.

Spec: none; a hash table with open addressing (linear probing), written as column operations.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers

NONE = -1
SMALLEST = 1 << 12  # slots of an empty table; always a power of two, at most half of them full


class Index:
    """Pairs met so far, numbered 0, 1, 2 … by the row that first showed them."""

    def __init__(self, limit: int = 1 << 40) -> None:
        import numpy as np

        self.limit = limit
        self.count = 0
        self._one = np.zeros(SMALLEST // 2, np.int64)
        self._two = np.zeros(SMALLEST // 2, np.int64)
        self._slots = np.full(SMALLEST, NONE, np.int32)
        # Secret, so that nobody can write a capture whose pairs all want the same slot.
        self._secret = np.frombuffer(os.urandom(16), np.uint64) | np.uint64(1)

    @property
    def pairs(self) -> tuple[Integers, Integers]:
        """The pairs, by their numbers."""
        return self._one[: self.count], self._two[: self.count]

    def numbers(self, one: Integers, two: Integers) -> tuple[Integers, Integers]:
        """The number of each pair, and the rows that first showed those that are new.

        New pairs are numbered in the order of those rows; beyond the limit they get NONE.
        """
        import numpy as np

        full = self.count >= self.limit
        if not full:
            self._grow(len(one))
        found = np.full(len(one), NONE, np.int64)
        mask = len(self._slots) - 1
        slot = self._mixed(one, two) & mask
        todo = np.arange(len(one))
        claims: list[tuple[Integers, Integers]] = []  # slots, rows
        while len(todo):
            there = self._slots[slot]
            empty = there == NONE
            if full:
                there, todo, slot = there[~empty], todo[~empty], slot[~empty]
            elif empty.any():
                # Rows claim empty slots; written backwards, so that the first row of a slot wins.
                mine, rows = slot[empty], todo[empty]
                self._slots[mine[::-1]] = self.count + rows[::-1]
                won = self._slots[mine] == self.count + rows
                claims.append((mine[won], rows[won]))
                there = self._slots[slot]  # a claim names its row until rows get their numbers
            base = self.count if claims else 1 << 62
            same = self._is(there, one, two, todo, base)
            found[todo[same]] = there[same]
            left = ~same
            todo, slot = todo[left], (slot[left] + 1) & mask
        return self._number(found, claims, one, two)

    def _is(self, there: Integers, one: Integers, two: Integers, rows: Integers, base: int) -> Any:
        """Where the pair that `there` stands for is that of the row; claims begin at `base`."""
        import numpy as np

        whole = one, two
        if len(rows) < len(one):
            one, two = one[rows], two[rows]
        if base > self.count:  # no claim was made
            return (self._one[there] == one) & (self._two[there] == two)
        claimed = there >= base
        row, old = np.where(claimed, there - base, 0), np.where(claimed, 0, there)
        first = np.where(claimed, whole[0][row], self._one[old])
        second = np.where(claimed, whole[1][row], self._two[old])
        return (first == one) & (second == two)

    def _number(
        self,
        found: Integers,
        claims: list[tuple[Integers, Integers]],
        one: Integers,
        two: Integers,
    ) -> tuple[Integers, Integers]:
        """Give the new pairs their numbers, in the order of the rows that showed them."""
        import numpy as np

        if not claims:
            return found, np.zeros(0, np.int64)
        slots, rows = (np.concatenate(each) for each in zip(*claims, strict=True))
        base, order = self.count, np.sort(rows)
        kept = order[: max(0, self.limit - base)]
        of_row = np.full(len(found), NONE, np.int64)
        of_row[kept] = base + np.arange(len(kept))
        fresh = found >= base
        found[fresh] = of_row[found[fresh] - base]
        self.count += len(kept)
        self._one[base : self.count], self._two[base : self.count] = one[kept], two[kept]
        if len(kept) == len(rows):
            self._slots[slots] = of_row[rows]
        else:
            self._place()  # without the claims that found no room
        return found, kept

    def _grow(self, more: int) -> None:
        """Make room for `more` new pairs."""
        import numpy as np

        wanted = self.count + more
        if wanted > len(self._one):
            room = max(wanted, len(self._one) * 5 // 4)
            for name in ("_one", "_two"):
                larger = np.zeros(room, np.int64)
                larger[: self.count] = getattr(self, name)[: self.count]
                setattr(self, name, larger)
        size = len(self._slots)
        while size < 2 * wanted:
            size *= 2
        if size > len(self._slots):
            self._slots = np.full(size, NONE, np.int32)
            self._place()

    def _place(self) -> None:
        """Put every pair into the slots anew."""
        import numpy as np

        self._slots.fill(NONE)
        mask = len(self._slots) - 1
        number = np.arange(self.count)
        slot = self._mixed(*self.pairs) & mask
        while len(number):
            free = self._slots[slot] == NONE
            self._slots[slot[free]] = number[free]
            left = self._slots[slot] != number
            number, slot = number[left], (slot[left] + 1) & mask

    def _mixed(self, one: Integers, two: Integers) -> Integers:
        """A hash of each pair whose low bits depend on every bit of both."""
        import numpy as np

        mixed = (one.view(np.uint64) * self._secret[0]) ^ (two.view(np.uint64) * self._secret[1])
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)  # as in SplitMix64
        mixed ^= mixed >> np.uint64(32)
        signed: Integers = mixed.view(np.int64)
        return signed
