"""Many places of some bytes read at once, eight bytes of each at a time, as numbers of 64 bits.

What stands at a place is either as expected or not: every function says which places are not.
Where they are not, what else it gives means nothing.

Spec: RFC 8259 §6 (numbers), §7 (strings, those without escapes).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Truths = np.ndarray[Any, np.dtype[np.bool_]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

BEYOND = 2048  # bytes that may be looked at behind the last
MOST_WORDS = 64  # of one text: a longer one is not as expected
EXACT = 1 << 53  # whole numbers up to it are floating numbers too
DIGITS = 18  # of a whole number: each one is less than 2**63
LOW, HIGH = 0x0101010101010101, 0x8080808080808080
QUOTES, ZEROS, OVER_NINE = 0x22 * LOW, 0x30 * LOW, 0x76 * LOW
FIRST = 0x0001020304050607  # shifted by whole bytes, its uppermost one says by how many
TRUE, FALSE = (int.from_bytes(word, "little") for word in (b"true", b"false"))


class Bytes:
    """Some bytes; places in them are arrays of numbers from 0 to their length."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        self.length = len(data)
        self._data = data + bytes(BEYOND)
        self.raw = np.frombuffer(self._data, np.uint8)

    @cached_property
    def _words(self) -> Words:
        """The eight bytes from each place on."""
        import numpy as np

        return np.ndarray((len(self.raw) - 7,), "<u8", self.raw, 0, (1,))

    def differ(self, at: Integers, said: bytes) -> Truths:
        """Where other bytes stand than these."""
        import numpy as np

        words = -(-len(said) // 8)
        kind = f"V{8 * words}"
        there = np.ndarray((len(self.raw) - 8 * words + 1,), kind, self.raw, 0, (1,))[at]
        found = there.view("<u8").reshape(-1, words)
        wanted = np.frombuffer(said.ljust(8 * words, b"\0"), "<u8")
        mask = np.frombuffer(bytes([255] * len(said)).ljust(8 * words, b"\0"), "<u8")
        different = (found[:, 0] ^ wanted[0]) & mask[0]
        for n in range(1, words):
            different |= (found[:, n] ^ wanted[n]) & mask[n]
        return np.asarray(different != 0)

    def texts(self, at: Integers) -> tuple[Integers, Truths]:
        """How many bytes there are up to the next quote."""
        import numpy as np

        size = self._to_quote(at)
        more = np.flatnonzero(size == 8)
        for _ in range(MOST_WORDS):
            if not len(more):
                break
            further = self._to_quote(at[more] + size[more])
            size[more] += further
            more = more[further == 8]
        bad = np.zeros(len(at), bool)
        bad[more] = True
        return size, bad

    def _to_quote(self, at: Integers) -> Integers:
        import numpy as np

        word = self._words[at] ^ np.uint64(QUOTES)
        return _first((word - np.uint64(LOW)) & ~word & np.uint64(HIGH))

    def whole(self, at: Integers) -> tuple[Words, Integers, Truths]:
        """Numbers without sign: their value if it has few digits, their size."""
        import numpy as np

        value, size = self._digits(at)
        bad = (size == 0) | ((self.raw[at] == 0x30) & (size > 1))
        return value, size, np.asarray(bad)

    def _digits(self, at: Integers) -> tuple[Words, Integers]:
        """What the digits are worth (of more than 19 it is the end alone), and how many."""
        import numpy as np

        value, size = self._eight(at)
        more = np.flatnonzero(size == 8)
        tens = np.array([10**n for n in range(9)], np.uint64)
        for _ in range(MOST_WORDS):
            if not len(more):
                break
            further, count = self._eight(at[more] + size[more])
            value[more] = value[more] * tens[count] + further
            size[more] += count
            more = more[count == 8]
        return value, size

    def _eight(self, at: Integers) -> tuple[Words, Integers]:
        """The same of up to eight."""
        import numpy as np

        word = self._words[at] ^ np.uint64(ZEROS)
        size = _first(((word + np.uint64(OVER_NINE)) | word) & np.uint64(HIGH))
        word <<= (64 - (size << 3)).view(np.uint64)  # by 64: nothing is left
        word = word * np.uint64(10 << 8 | 1) >> np.uint64(8)
        word = (word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 << 16 | 1) >> np.uint64(16)
        word = (word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(10_000 << 32 | 1)
        return word >> np.uint64(32), size

    def numbers(self, at: Integers, wanted: bool) -> tuple[Any, Integers, Truths]:
        """Numbers without sign: their value if `wanted`, their size."""
        import numpy as np

        value, size, bad = self.whole(at)
        point = np.asarray(self.raw[at + size] == 0x2E)
        behind, digits = self._digits(at + size + 1)
        bad |= point & (digits == 0)
        digits *= point
        total = size + digits + point
        powers = np.flatnonzero((self.raw[at + total] | 0x20) == 0x65)
        if len(powers):
            behind_e = at[powers] + total[powers] + 1
            sign = np.isin(self.raw[behind_e], (0x2B, 0x2D))
            figures = self._digits(behind_e + sign)[1]
            bad[powers] |= figures == 0
            total[powers] += 1 + sign + figures
        if not wanted:
            return None, total, bad
        tens = np.array([10**n for n in range(20)], np.uint64)
        few = digits + np.where(value == 0, 0, size) < len(tens)
        joined = value * tens[np.minimum(digits, 19)] + behind * point
        exact = few & (joined <= EXACT)
        exact[powers] = False
        # one division of two exact numbers: nothing can be nearer to what is written
        found = joined.astype(np.float64) / tens[np.minimum(digits, 19)].astype(np.float64)
        if not (exact | bad).all():
            other = np.flatnonzero(~(exact | bad))
            found[other] = self.taken(at[other], total[other]).cast("float64").to_numpy()
            bad |= ~np.isfinite(found)
        return found, total, bad

    def truths(self, at: Integers) -> tuple[Integers, Truths]:
        """The size of `true` or `false`."""
        import numpy as np

        word = self._words[at]
        true = word & np.uint64((1 << 32) - 1) == TRUE
        false = word & np.uint64((1 << 40) - 1) == FALSE
        return np.where(true, 4, 5), ~(true | false)

    def taken(self, at: Integers, size: Integers) -> pa.Array:
        """What stands there, as texts; one place after the other, and all of it UTF-8."""
        import numpy as np
        import pyarrow as pa

        edges = np.empty((len(at), 2), np.int32)
        edges[:, 0], edges[:, 1] = at, at + size
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(self._data)]
        pieces = pa.Array.from_buffers(pa.string(), max(edges.size - 1, 0), buffers)
        return pieces.take(pa.array(np.arange(0, edges.size, 2)))


def _first(bits: Words) -> Integers:
    """Which of eight bytes is the first whose uppermost bit is set; 8 for none."""
    import numpy as np

    first = bits & (~bits + np.uint64(1))
    number = ((first >> np.uint64(7)) * np.uint64(FIRST)) >> np.uint64(56)
    number |= (first == 0).astype(np.uint64) << np.uint64(3)
    return number.view(np.int64)
