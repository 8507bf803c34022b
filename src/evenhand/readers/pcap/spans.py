"""Runs of bytes in a capture, compared many at a time: those that are the same get one number.

Spec: none. A hash only proposes what is the same; the bytes decide.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap.index import NONE, Index

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers, View

LIMIT = 1 << 18  # different runs remembered; beyond that everything is forgotten
CLASH = NONE - 1  # not numbered: another run has the same hash, or the file ends right behind it
SHORT = 64  # bytes: runs up to here are copied side by side, and compared there


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
        self._short = np.zeros((SHORT // 8, 0), np.uint64)  # the bytes of short runs, by number
        self.generation = getattr(self, "generation", -1) + 1

    def numbers(self, at: Integers, length: Integers) -> tuple[Integers, Integers]:
        """The number of each run (or CLASH), and the rows that first showed those that are new.

        Numbers hold within one `generation`.
        """
        import numpy as np

        if self._index.count > LIMIT:
            self._forget()
        short = length <= SHORT
        width = (int(length[short].max(initial=1)) + 7) & ~7
        safe = at + np.where(short, width, length + 8) <= self.view.size
        if not safe.all():
            found = np.full(len(at), CLASH, np.int64)
            rows = np.nonzero(safe)[0]
            found[rows], new = self.numbers(at[rows], length[rows])
            return found, rows[new]
        if short.all():
            words = self._side_by_side(at, length, width)
            return self._known(at, length, words, self._mixed(words, len(at)))
        words = self._side_by_side(at[short], length[short], width)
        hashed = self._hash(at, length)
        hashed[short] = self._mixed(words, int(short.sum()))
        return self._known(at, length, words, hashed)

    def _known(
        self, at: Integers, length: Integers, words: list[Any], hashed: Integers
    ) -> tuple[Integers, Integers]:
        """Numbers by hashes, and what of that the bytes deny; `words` are of the short runs."""
        import numpy as np

        found, new = self._index.numbers(hashed, length)
        self._at = np.concatenate([self._at, at[new]])
        short = np.nonzero(length <= SHORT)[0]
        here = found[short]
        room = self._short.shape[1]
        if len(self._at) > room:
            more = np.zeros((SHORT // 8, max(len(self._at), 2 * room) - room), np.uint64)
            self._short = np.concatenate([self._short, more], axis=1)
        first = np.searchsorted(short, new[length[new] <= SHORT])
        differ = np.zeros(len(short), bool)
        for kept, word in zip(self._short, words, strict=False):
            kept[here[first]] = word[first]
            differ |= kept[here] != word
        found[short[differ]] = CLASH
        if len(short) < len(at):
            self._compare(at, length, found)
        return found, new

    def _compare(self, at: Integers, length: Integers, found: Integers) -> None:
        """Mark the long runs whose bytes are not those of the first one with their number."""
        import numpy as np

        long = np.nonzero((length > SHORT) & (self._at[found] != at))[0]
        first = self._at[found[long]]
        for some, mine, mask in self._words(at[long], length[long]):
            theirs = self.view.words64(first[some] + mine - at[long[some]])
            differ = (self.view.words64(mine) ^ theirs) & mask != 0
            found[long[some[differ]]] = CLASH

    def _side_by_side(self, at: Integers, length: Integers, width: int) -> list[Any]:
        """Short runs as columns of eight bytes, zeros behind their ends."""
        import numpy as np

        if not len(at):
            return []
        copied, _ = self.view.window(at, width)
        columns = copied.data.view(np.uint64).reshape(-1, width // 8).T
        least, words = int(length.min(initial=SHORT)), []
        for place, column in enumerate(columns):
            if least >= 8 * place + 8:
                words.append(np.ascontiguousarray(column))
            else:
                words.append(column & _masks()[np.clip(length - 8 * place, 0, 8)])
        return words

    def _mixed(self, words: list[Any], count: int) -> Integers:
        """Hashes of short runs."""
        import numpy as np

        mixed = np.zeros(count, np.uint64)
        for word in words:
            mixed ^= word
            mixed *= self._secret[0]
            mixed ^= mixed >> np.uint64(31)
        signed: Integers = (mixed * self._secret[1]).view(np.int64)
        return signed

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
        """Hashes of long runs; zero for short ones."""
        import numpy as np

        mixed = np.zeros(len(at), np.uint64)
        for rows, where, mask in self._words(at, np.where(length > SHORT, length, 0)):
            word = self.view.words64(where) & mask
            part = (mixed[rows] ^ word) * self._secret[0]
            mixed[rows] = part ^ part >> np.uint64(31)
        signed: Integers = (mixed * self._secret[1]).view(np.int64)
        return signed


@functools.cache
def _masks() -> Any:
    """By number of bytes that count: the bits of these, the first bytes of eight."""
    import numpy as np

    return np.tril(np.full((9, 8), 0xFF, np.uint8), -1).reshape(-1).view(np.uint64)


class Texts:
    """A number for each different run, worked out once from its bytes."""

    def __init__(self, view: View, numbers: Callable[[list[bytes]], Sequence[int]]) -> None:
        import numpy as np

        self._view, self._numbers = view, numbers
        self._spans, self._generation = Spans(view), 0
        self._known = np.zeros(0, np.int64)

    def numbers(self, at: Integers, length: Integers) -> Integers:
        """What `numbers` gives for each run."""
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

        data = self._view.data
        ends = zip(at.tolist(), (at + length).tolist(), strict=True)
        return np.array(self._numbers([data[a:e] for a, e in ends]), np.int64)
