"""Ranges of addresses: what is known of an address, looked up for many at a time.

A stored list is an Arrow file of one batch: what is said from an address on (`from_high`,
`from_low`, see `lists.address`), up to the next row. The first row is that of address 0. What is
said (`said`) is a code into the different combinations of values, null (here -1) where nothing is
known. So it is held as it is stored, and to load it is to decompress it.

Spec: docs/decisions/0005-address-ranges.md.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
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
STORED = ("from_high", "from_low", "said")
UNKNOWN = -1
SUFFIX = ".arrow"
LEVEL = 19  # of compression: written once, read often
FINE = 8  # bits of an IPv4 address below a block of the table (a block is a /24)
# From this many addresses on, a table of all /24 blocks (up to 64 MB) pays for its making; it is
# not kept, so that what stays in memory is small.
MANY = 500_000
PIECE = 1 << 16  # addresses


class Ranges:
    """Sorted ranges, held as bounds: each bound says what is known from there on."""

    def __init__(self, high: Column, low: Column, held: Codes) -> None:
        """What is held from each address on; sorted, the first is address 0."""
        import numpy as np

        first = _place(high, low, MAPPED_LOW - 1)
        last = _place(high, low, MAPPED_LOW + (1 << 32) - 1)
        after = _place(high, low, MAPPED_LOW + (1 << 32))
        # IPv4 has bounds of its own, 32 bits wide; the first says what holds at 0.0.0.0
        self._four: Short = np.zeros(1 + last - first, dtype=np.uint32)
        self._four[1:] = low[first:last].astype(np.uint32)  # the lower half of them: the address
        self._four_held: Codes = held[first - 1 : last].copy()
        # and what follows it starts with what holds there
        beyond = np.array([MAPPED_LOW + (1 << 32)], dtype=np.uint64)
        self._high: Column = np.concatenate([high[:first], beyond * 0, high[after:]])
        self._low: Column = np.concatenate([low[:first], beyond, low[after:]])
        self._held: Codes = np.concatenate([held[:first], held[after - 1 : after], held[after:]])

    @classmethod
    def of(cls, bounds: tuple[Column, Column, Column, Column], codes: Codes) -> Ranges:
        """`bounds` as in BOUNDS, sorted and without overlaps; `codes` one per range, from 0."""
        return cls(*steps(bounds, codes))

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


def steps(
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


@functools.lru_cache(maxsize=8)
def load(info: ListInfo) -> LookUp:
    """Read a stored list of ranges; kept for the next question."""
    verify(info)
    high, low, held, values = opened(info.path)
    return LookUp(info, Ranges(high, low, held), values)


def opened(path: Path) -> tuple[Column, Column, Codes, dict[str, pa.Array]]:
    """A stored list: from where on, which codes, and the texts that they stand for."""
    import numpy as np
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as data, pa.ipc.open_file(data) as file:
            if file.num_record_batches != 1 or tuple(file.schema.names) != STORED:
                raise Mistakes([f"{path}:1: the columns of one batch must be {', '.join(STORED)}"])
            batch = file.get_batch(0)
        batch.validate(full=True)
        high, low, said = batch.columns
        texts = said.dictionary.flatten()
        values = {f.name: t for f, t in zip(said.dictionary.type, texts, strict=True)}
        codes = said.indices.cast(pa.int32()).fill_null(UNKNOWN)
        bounds = [half.cast(pa.uint64()) for half in (high, low)]
    except (pa.ArrowException, OSError, AttributeError) as error:
        raise Mistakes([f"{path}:1: no stored list that can be read: {error}"]) from None
    if any(half.null_count or not len(half) or half[0].as_py() for half in bounds):
        raise Mistakes([f"{path}:1: the first row must be that of address 0, and none is empty"])
    return *(half.to_numpy() for half in bounds), np.asarray(codes), values


def stored(path: Path) -> pa.Table:
    """The ranges of a stored list, with the columns BOUNDS and its own."""
    import numpy as np
    import pyarrow as pa

    high, low, held, values = opened(path)
    after_high, after_low = (np.append(half[1:], np.uint64(0)) for half in (high, low))
    end_low = after_low - np.uint64(1)  # wraps at the first address of a /64, on purpose
    end_high = after_high - (after_low == 0)
    bounds = dict(zip(BOUNDS, (high, low, end_high, end_low), strict=True))
    said = {c: v.take(pa.array(held, mask=held < 0)) for c, v in values.items()}
    return pa.table(bounds | said).filter(pa.array(held >= 0))


def put(found: tuple[Column, Column, Codes], values: Mapping[str, pa.Array], path: Path) -> None:
    """Write what `steps` gives and what its codes stand for; the same gives the same bytes."""
    import pyarrow as pa

    high, low, held = found
    texts = pa.StructArray.from_arrays(list(values.values()), list(values))
    said = pa.DictionaryArray.from_arrays(pa.array(held, mask=held < 0), texts)
    batch = pa.record_batch([high, low, said], names=list(STORED))
    packed = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=LEVEL))
    with pa.OSFile(str(path), "wb") as out, pa.ipc.new_file(out, batch.schema, options=packed) as f:
        f.write_batch(batch)
