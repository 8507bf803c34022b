"""Many places of some bytes read at once, eight bytes of each at a time, as numbers of 64 bits.

What stands at a place is either as expected or not: every function says which places are not.
Where they are not, what else it gives means nothing.

Spec: RFC 8259 §6 (numbers), §7 (strings, those without escapes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Truths = np.ndarray[Any, np.dtype[np.bool_]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

BEFORE, BEYOND = 8, 2048  # bytes that may be looked at before the first and behind the last
MOST_WORDS = 64  # of one text: a longer one is not as expected
EXACT = 1 << 53  # whole numbers up to it are floating numbers too
DIGITS = 18  # of a whole number: each one is less than 2**63
LOW, HIGH = 0x0101010101010101, 0x8080808080808080
QUOTES, ZEROS, OVER_NINE = 0x22 * LOW, 0x30 * LOW, 0x76 * LOW
TRUE, FALSE = (int.from_bytes(word, "little") for word in (b"true", b"false"))


class Bytes:
    """Some bytes; places in them are arrays of numbers from 0 to their length.

    Taking one byte at each of many places costs as much as taking forty: the words that stand
    `ahead`, the first ones of a value, are taken with what is said before it.
    """

    def __init__(self, data: bytes) -> None:
        import numpy as np

        self.length = len(data)
        self._data = b"".join((bytes(BEFORE), data, bytes(BEYOND)))
        self.raw = np.frombuffer(self._data, np.uint8)[BEFORE:]

    def odd(self) -> Integers:
        """The places of control characters, and of bytes that are not of ASCII."""
        import numpy as np

        marks = self.raw[: -(-self.length // 8) * 8].view(np.int8) < 0x20
        marks[self.length :] = False
        words = marks.view(np.uint64)  # most of them are 0: an eighth of the places to look at
        at = np.flatnonzero(words != 0)
        found = words[at]
        if (found & (found - np.uint64(1))).any():  # several in one
            return np.flatnonzero(marks)
        return at * 8 + _first(found << np.uint64(7))

    def past(self, at: Integers, said: bytes, count: int) -> tuple[Integers, Words, Truths]:
        """The places behind what is said, so many words there, and where other bytes stand."""
        import numpy as np

        words = -(-len(said) // 8)
        spare = 8 * words - len(said)  # bytes before it that are taken too
        found = self._taken(at + (BEFORE - spare), words + count)
        wanted = np.frombuffer(said.rjust(8 * words, b"\0"), "<u8")
        own = found[:, 0] >> np.uint64(8 * spare) if spare else found[:, 0]
        bad = own != wanted[0] >> np.uint64(8 * spare)
        for n in range(1, words):
            bad |= found[:, n] != wanted[n]
        return at + len(said), found[:, words:], bad

    def _taken(self, at: Integers, words: int) -> Words:
        """So many words from each place on, which is counted from before the first byte."""
        import numpy as np

        room = len(self._data) - 8 * words + 1
        every = np.ndarray((room,), f"V{8 * words}", self._data, 0, (1,))
        return every[at].view("<u8").reshape(-1, words)

    def _word(self, at: Integers) -> Words:
        return self._taken(at + BEFORE, 1)[:, 0]

    def texts(self, at: Integers, ahead: Words) -> tuple[Integers, Truths]:
        """How many bytes there are up to the next quote."""
        import numpy as np

        size = _to_quote(ahead[:, 0])
        more = size == 8
        for n in range(1, ahead.shape[1]):
            if not more.any():
                break
            size += _to_quote(ahead[:, n]) * more
            more = size == 8 * (n + 1)
        bad = np.zeros(len(at), bool)
        left = np.flatnonzero(more)
        for _ in range(MOST_WORDS):
            if not len(left):
                break
            further = _to_quote(self._word(at[left] + size[left]))
            size[left] += further
            left = left[further == 8]
        bad[left] = True
        return size, bad

    def whole(
        self, at: Integers, ahead: Words, wanted: bool = True
    ) -> tuple[Words | None, Integers, Truths]:
        """Numbers without sign: their value, if wanted and of few digits, and their size."""
        import numpy as np

        value, size = self._digits(at, ahead, wanted)
        bad = (ahead[:, 0] & np.uint64(0xFF)) == 0x30
        bad &= size > 1
        bad |= size == 0
        return value, size, bad

    def _digits(self, at: Integers, ahead: Words, wanted: bool) -> tuple[Any, Integers]:
        """What the digits are worth (of more than 19 it is the end alone), and how many."""
        import numpy as np

        word = ahead[:, 0] ^ np.uint64(ZEROS)
        size = _figures(word)
        value = _worth(word, size) if wanted else None
        more: Any = np.flatnonzero(size == 8)
        tens = np.array([10**n for n in range(9)], np.uint64)
        for n in range(1, MOST_WORDS):
            if not len(more):
                break
            rows = slice(None) if len(more) == len(size) else more  # all: nothing is copied
            near = n < ahead.shape[1]
            word = ahead[:, n][rows] if near else self._word(at[rows] + size[rows])
            word = word ^ np.uint64(ZEROS)
            count = _figures(word)
            if value is not None:
                value[rows] = value[rows] * tens[count] + _worth(word, count)
            size[rows] += count
            further = np.flatnonzero(count == 8)
            more = more[further]
        return value, size

    def numbers(self, at: Integers, ahead: Words, wanted: bool) -> tuple[Any, Integers, Truths]:
        """Numbers without sign: their value if `wanted`, their size."""
        import numpy as np

        value, size, bad = self.whole(at, ahead, wanted)
        near = self._taken(at + (size + BEFORE), 2)
        point = (near[:, 0] & np.uint64(0xFF)) == 0x2E
        near[:, 0] >>= np.uint64(8)
        near[:, 0] |= near[:, 1] << np.uint64(56)
        behind, digits = self._digits(at + size + 1, near[:, :1], wanted)
        bad |= point & (digits == 0)
        digits *= point
        total = size + digits
        total += point
        powers = np.flatnonzero((self.raw[at + total] | 0x20) == 0x65)
        if len(powers):
            behind_e = at[powers] + total[powers] + 1
            sign = np.isin(self.raw[behind_e], (0x2B, 0x2D))
            figures_at = behind_e + sign
            figures = self._digits(figures_at, self._taken(figures_at + BEFORE, 1), False)[1]
            bad[powers] |= figures == 0
            total[powers] += 1 + sign + figures
        if value is None:
            return None, total, bad
        tens = np.array([10**n for n in range(20)], np.uint64)
        few = digits + size < len(tens)
        if not few.all():
            few |= (value == 0) & (digits < len(tens))
        scale = tens[np.minimum(digits, 19)]
        joined = value * scale + behind * point
        exact = few & (joined <= EXACT)
        exact[powers] = False
        # one division of two exact numbers: nothing can be nearer to what is written
        found = joined.astype(np.float64) / scale.astype(np.float64)
        if not (exact | bad).all():
            other = np.flatnonzero(~(exact | bad))
            found[other] = self.taken(at[other], total[other]).cast("float64").to_numpy()
            bad |= ~np.isfinite(found)
        return found, total, bad

    def truths(self, ahead: Words) -> tuple[Integers, Truths]:
        """The size of `true` or `false`."""
        import numpy as np

        word = ahead[:, 0]
        true = word & np.uint64((1 << 32) - 1) == TRUE
        false = word & np.uint64((1 << 40) - 1) == FALSE
        return np.where(true, 4, 5), ~(true | false)

    def taken(self, at: Integers, size: Integers) -> pa.Array:
        """What stands there, as texts; one place after the other, and all of it UTF-8."""
        import numpy as np
        import pyarrow as pa

        edges = np.empty((len(at), 2), np.int32)
        edges[:, 0] = at + BEFORE
        edges[:, 1] = edges[:, 0] + size
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(self._data)]
        pieces = pa.Array.from_buffers(pa.string(), max(edges.size - 1, 0), buffers)
        return pieces.take(pa.array(np.arange(0, edges.size, 2)))


def _to_quote(word: Words) -> Integers:
    """How many bytes of each word stand before its first quote; 8 without any."""
    import numpy as np

    word = word ^ np.uint64(QUOTES)
    return _first((word - np.uint64(LOW)) & ~word & np.uint64(HIGH))


def _figures(word: Words) -> Integers:
    """How many digits each word begins with; a digit is a byte of its value."""
    import numpy as np

    return _first(((word + np.uint64(OVER_NINE)) | word) & np.uint64(HIGH))


def _worth(word: Words, size: Integers) -> Words:
    """What so many digits at the beginning of each word are worth."""
    import numpy as np

    word = word << (64 - (size << 3)).view(np.uint64)  # by 64: nothing is left
    word *= np.uint64(10 << 8 | 1)
    word >>= np.uint64(8)
    word &= np.uint64(0x00FF00FF00FF00FF)
    word *= np.uint64(100 << 16 | 1)
    word >>= np.uint64(16)
    word &= np.uint64(0x0000FFFF0000FFFF)
    word *= np.uint64(10_000 << 32 | 1)
    word >>= np.uint64(32)
    return word


def _first(bits: Words) -> Integers:
    """Which of eight bytes is the first whose uppermost bit is set; 8 for none."""
    import numpy as np

    below = bits >> np.uint64(7)
    bits = below - np.uint64(1)
    bits &= ~below  # all bits below the first
    bits &= np.uint64(LOW)
    bits *= np.uint64(LOW)
    bits >>= np.uint64(56)
    return bits.view(np.int64)
