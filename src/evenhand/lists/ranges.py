"""Ranges of addresses: what is known of an address, looked up for many at a time.

A stored list of ranges is a Parquet file with columns `start_high`, `start_low`, `end_high`,
`end_low` (both ends belong to the range; see `lists.address`) and its own value columns. Ranges
are sorted and never overlap; an address in no range is not known (code -1).

Spec: docs/decisions/0005-address-ranges.md.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.errors import Mistakes
from evenhand.lists import ListInfo, verify
from evenhand.lists.address import MAPPED_LOW

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Codes = npt.NDArray[np.int32]
    Column = npt.NDArray[np.uint64]
    Short = npt.NDArray[np.uint32]

BOUNDS = ("start_high", "start_low", "end_high", "end_low")
UNKNOWN = -1
FINE = 8  # bits of an IPv4 address below a block of the table (a block is a /24)
# From this many addresses on, a table of all /24 blocks (up to 64 MB) pays for its making; it is
# not kept, so that what stays in memory is small.
MANY = 500_000
PIECE = 1 << 16  # addresses


class Ranges:
    """Sorted ranges, held as bounds: each bound says what is known from there on."""

    def __init__(self, bounds: tuple[Column, Column, Column, Column], codes: Codes) -> None:
        """`bounds` as in BOUNDS, sorted and without overlaps; `codes` one per range, from 0."""
        import numpy as np

        high, low, held = _steps(bounds, codes)
        first = _place(high, low, MAPPED_LOW - 1)
        last = _place(high, low, MAPPED_LOW + (1 << 32) - 1)
        after = _place(high, low, MAPPED_LOW + (1 << 32))
        # IPv4 has bounds of its own, 32 bits wide; the first says what holds at 0.0.0.0
        self._four: Short = np.zeros(1 + last - first, dtype=np.uint32)
        self._four[1:] = low[first:last] - np.uint64(MAPPED_LOW)
        self._four_held: Codes = held[first - 1 : last].copy()
        # and what follows it starts with what holds there
        beyond = np.array([MAPPED_LOW + (1 << 32)], dtype=np.uint64)
        self._high: Column = np.concatenate([high[:first], beyond * 0, high[after:]])
        self._low: Column = np.concatenate([low[:first], beyond, low[after:]])
        self._held: Codes = np.concatenate([held[:first], held[after - 1 : after], held[after:]])

    def find(self, high: Column, low: Column) -> Codes:
        """The code of each address, -1 where nothing is known of it."""
        import numpy as np

        found = np.empty(len(high), dtype=np.int32)
        four = (high == 0) & (low >> np.uint64(32) == 0xFFFF)
        found[four] = self.find_four((low[four] & np.uint64(0xFFFFFFFF)).astype(np.uint32))
        six = ~four
        found[six] = self._held[self._rank(high[six], low[six])]
        return found

    def find_four(self, numbers: Short) -> Codes:
        """The code of each IPv4 address, -1 where nothing is known of it."""
        import numpy as np

        if len(numbers) < MANY:
            return self._search_four(numbers)
        table = self._blocks()
        mixed = np.iinfo(table.dtype).max
        found = np.empty(len(numbers), dtype=np.int32)
        for start in range(0, len(numbers), PIECE):  # in pieces that stay in the cache
            piece, out = numbers[start : start + PIECE], found[start : start + PIECE]
            drawn = table[piece >> FINE]
            np.subtract(drawn, 1, out=out, casting="unsafe", dtype=np.int32)
            rest = np.flatnonzero(drawn == mixed)
            if len(rest):
                out[rest] = self._search_four(piece[rest])
        return found

    def _search_four(self, numbers: Short) -> Codes:
        found: Codes = self._four_held[self._four.searchsorted(numbers, side="right") - 1]
        return found

    def _blocks(self) -> npt.NDArray[np.unsignedinteger]:
        """Code + 1 for every /24 block; the largest number of its type where it holds several."""
        import numpy as np

        codes = self._four_held + 1
        kind = np.min_scalar_type(int(codes.max(initial=0)) + 1)
        fine = (1 << FINE) - 1
        # a bound inside a block rules from the next block on; of several there, the last
        block = (self._four.astype(np.int64) + fine) >> FINE
        last = np.append(block[1:] != block[:-1], True)
        starts, held = block[last], codes[last].astype(kind)
        table = np.repeat(held, np.diff(np.append(starts, 1 << (32 - FINE))))
        table[self._four[self._four & np.uint32(fine) != 0] >> FINE] = np.iinfo(kind).max
        return table

    def _rank(self, high: Column, low: Column) -> npt.NDArray[np.intp]:
        """Index of the last bound at or before each address (bound 0 is address 0)."""
        import numpy as np

        left = self._high.searchsorted(high, side="left")
        right = self._high.searchsorted(high, side="right")
        # among bounds with the same high half, halve by the low one until nothing is left
        open_ = np.flatnonzero(left < right)
        while len(open_):
            middle = (left[open_] + right[open_]) >> 1
            before = self._low[middle] <= low[open_]
            left[open_[before]] = middle[before] + 1
            right[open_[~before]] = middle[~before]
            open_ = open_[left[open_] < right[open_]]
        rank: npt.NDArray[np.intp] = left - 1
        return rank


def _place(high: Column, low: Column, number: int) -> int:
    """How many bounds lie at or before a number whose high half is 0."""
    import numpy as np

    return int(low[: high.searchsorted(0, side="right")].searchsorted(np.uint64(number), "right"))


def _steps(
    bounds: tuple[Column, Column, Column, Column], codes: Codes
) -> tuple[Column, Column, Codes]:
    """Bounds from address 0 on: each range's start, and its end where a gap follows."""
    import numpy as np

    start_high, start_low, end_high, end_low = bounds
    one = np.uint64(1)
    after_low = end_low + one  # wraps at the last address of a /64, on purpose
    after_high = end_high + (after_low == 0)
    gap = np.ones(len(codes), dtype=np.bool_)
    gap[:-1] = (after_high[:-1] != start_high[1:]) | (after_low[:-1] != start_low[1:])
    gap &= (after_high != 0) | (after_low != 0)  # nothing lies after the last address
    # each range's bound, and behind it that of the gap, if there is one
    places = np.arange(len(codes)) + np.cumsum(gap) - gap
    behind = places[gap] + 1
    high, low = (np.empty(len(codes) + len(behind), np.uint64) for _ in range(2))
    held = np.full(len(high), UNKNOWN, np.int32)
    high[places], low[places], held[places] = start_high, start_low, codes
    high[behind], low[behind] = after_high[gap], after_low[gap]
    if not len(high) or high[0] or low[0]:
        zero = np.zeros(1, np.uint64)
        high, low = np.concatenate([zero, high]), np.concatenate([zero, low])
        held = np.concatenate([np.full(1, UNKNOWN, np.int32), held])
    return high, low, held


@dataclass(frozen=True)
class LookUp:
    """A list of ranges, ready for questions."""

    info: ListInfo
    ranges: Ranges
    values: dict[str, pa.Array]  # value column → text of each code

    def arrays(self, high: Column, low: Column) -> dict[str, pa.Array]:
        """Each value column's text for each address, as Arrow; null where it is not known."""
        return self.said(self.ranges.find(high, low))

    def texts(self, high: Column, low: Column) -> dict[str, list[str | None]]:
        """Each value column's text for each address; None where it is not known."""
        return {c: a.to_pylist() for c, a in self.arrays(high, low).items()}

    def said(self, codes: Codes) -> dict[str, pa.Array]:
        """Each value column's text for each code; null for -1."""
        import pyarrow as pa

        index = pa.array(codes, mask=codes < 0)
        return {c: v.take(index) for c, v in self.values.items()}


def stored(path: Path) -> pa.Table:
    """A stored list of ranges as it lies on disk."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # text stays as codes into a dictionary: half a million rows share few texts
        names = pq.read_schema(path).names
        coded = [n for n in names if n not in BOUNDS]
        with pq.ParquetFile(path, read_dictionary=coded) as opened:
            return opened.read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise Mistakes([f"{path}:1: no Parquet file that can be read: {error}"]) from None


@functools.lru_cache(maxsize=8)
def load(info: ListInfo) -> LookUp:
    """Read a stored list of ranges; kept for the next question."""
    import pyarrow as pa

    verify(info)
    table = stored(info.path)
    codes, values = _coded(table)
    bounds = tuple(table[c].to_numpy() for c in BOUNDS)
    ranges = Ranges((bounds[0], bounds[1], bounds[2], bounds[3]), codes)
    del table, bounds
    pa.default_memory_pool().release_unused()  # the file's columns are not needed any more
    return LookUp(info, ranges, values)


def _coded(table: pa.Table) -> tuple[Codes, dict[str, pa.Array]]:
    """One code for each different combination of values, and what each code stands for."""
    import numpy as np
    import pyarrow as pa

    columns = {c: _codes_of(table[c]) for c in table.column_names if c not in BOUNDS}
    (_, index), *others = columns.values()
    first = _first_of_each(index)
    for _, other in others:
        if (other == other[first][index]).all():
            continue  # what the columns before say decides what this one says
        pairs = index.astype(np.int64) * (int(other.max()) + 1) + other
        _, first, index = np.unique(pairs, return_index=True, return_inverse=True)
    said = {c: texts.take(pa.array(codes[first])) for c, (texts, codes) in columns.items()}
    return index.astype(np.int32), said


def _codes_of(column: pa.ChunkedArray) -> tuple[pa.Array, Codes]:
    """The different texts of a column, with null behind them, and which each row has."""
    import numpy as np
    import pyarrow as pa

    texts = column.chunk(0).dictionary if column.num_chunks else pa.array([], pa.string())
    if not all(c.dictionary.equals(texts) for c in column.chunks):
        column = column.unify_dictionaries()
        texts = column.chunk(0).dictionary
    codes = [np.asarray(c.indices.fill_null(len(texts)), np.int32) for c in column.chunks]
    texts = pa.concat_arrays([texts.cast(pa.string()), pa.nulls(1, pa.string())])
    return texts, np.concatenate([np.zeros(0, np.int32), *codes])


def _first_of_each(codes: Codes) -> npt.NDArray[np.intp]:
    """The first row with each code, and row 0 for a code that no row has."""
    import numpy as np

    first = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first
