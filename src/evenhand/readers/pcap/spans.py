"""Runs of bytes in a capture, compared many at a time: those that are the same get one number.

Spec: none. A hash only proposes what is the same; the bytes decide.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap.index import NONE, Index

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

LIMIT = 1 << 20  # different runs remembered; beyond that everything is forgotten
CLASH = NONE - 1  # not numbered: another run has the same hash, or the file ends right behind it


class Spans:
    """Different runs of bytes met so far, each by where it was met first."""

    def __init__(self, view: View) -> None:
        import numpy as np

        self.view = view
        self._secret = np.frombuffer(os.urandom(16), np.uint64) | np.uint64(1)
        self._forget()

    def _forget(self) -> None:
        import numpy as np

        self._index = Index()
        self._at = np.zeros(0, np.int64)
        self.generation = getattr(self, "generation", -1) + 1

    def numbers(self, at: Integers, length: Integers) -> tuple[Integers, Integers]:
        """The number of each run (or CLASH), and the rows that first showed those that are new.

        Numbers hold within one `generation`.
        """
        import numpy as np

        if self._index.count > LIMIT:
            self._forget()
        safe = at + length + 8 <= self.view.size
        if not safe.all():
            found = np.full(len(at), CLASH, np.int64)
            rows = np.nonzero(safe)[0]
            found[rows], new = self.numbers(at[rows], length[rows])
            return found, rows[new]
        found, new = self._index.numbers(self._hash(at, length), length)
        self._at = np.concatenate([self._at, at[new]])
        first = self._at[found]
        again = np.nonzero(first != at)[0]
        for some, mine, mask in self._words(at[again], length[again]):
            rows = again[some]
            theirs = self.view.words64(first[rows] + mine - at[rows])
            differ = (self.view.words64(mine) ^ theirs) & mask != 0
            found[rows[differ]] = CLASH
        return found, new

    def _words(self, at: Integers, length: Integers) -> Iterator[tuple[Integers, Integers, Any]]:
        """Eight bytes at a time: which rows reach so far, where they are, and which bits count."""
        import numpy as np

        rows, step = np.arange(len(at)), 0
        while len(rows):
            left = length[rows] - step
            rows, left = rows[left > 0], left[left > 0]
            beyond = (8 * np.maximum(8 - left, 0)).astype(np.uint64)
            yield rows, at[rows] + step, np.uint64(0xFFFFFFFFFFFFFFFF) << beyond
            step += 8

    def _hash(self, at: Integers, length: Integers) -> Integers:
        import numpy as np

        mixed = np.zeros(len(at), np.uint64)
        for rows, where, mask in self._words(at, length):
            word = self.view.words64(where) & mask
            part = (mixed[rows] ^ word) * self._secret[0]
            mixed[rows] = part ^ part >> np.uint64(31)
        signed: Integers = (mixed * self._secret[1]).view(np.int64)
        return signed


class Texts:
    """A number for each different run, worked out once from its bytes."""

    def __init__(self, view: View, number: Callable[[bytes], int]) -> None:
        import numpy as np

        self._view, self._number = view, number
        self._spans, self._generation = Spans(view), 0
        self._known = np.zeros(0, np.int64)

    def numbers(self, at: Integers, length: Integers) -> Integers:
        """What `number` gives for each run."""
        import numpy as np

        span, new = self._spans.numbers(at, length)
        if self._spans.generation != self._generation:
            self._generation, self._known = self._spans.generation, self._known[:0]
        self._known = np.concatenate([self._known, self._each(at[new], length[new])])
        found, clash = np.zeros(len(at), np.int64), span == CLASH
        found[~clash] = self._known[span[~clash]]
        found[clash] = self._each(at[clash], length[clash])
        return found

    def _each(self, at: Integers, length: Integers) -> Integers:
        import numpy as np

        data, number = self._view.data, self._number
        ends = zip(at.tolist(), (at + length).tolist(), strict=True)
        return np.array([number(data[a:e]) for a, e in ends], np.int64)
