"""A capture's bytes, read one by one or at many offsets at once.

Spec: none; numpy's strided views over a memory map, so that nothing is copied but what is asked.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]


RELEASE = 1 << 22  # bytes; a multiple of every page size


class View:
    """Bytes of a capture. Offsets beyond the end read the last bytes: check before you believe."""

    def __init__(self, data: Any) -> None:  # whatever can be indexed and has a buffer
        self.data = data
        self.size = len(data)
        self._released = 0
        self._every: dict[str, Any] = {}  # by numpy type

    def pass_through(self) -> None:
        """Tell the system that the file is read once, from start to end."""
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_SEQUENTIAL"):
            self.data.madvise(mmap.MADV_SEQUENTIAL)

    def done_with(self, end: int) -> None:
        """Let go of the memory of what lies before `end`; it can still be read again."""
        whole = end // RELEASE * RELEASE
        if whole > self._released and isinstance(self.data, mmap.mmap):
            if hasattr(mmap, "MADV_DONTNEED"):
                self.data.madvise(mmap.MADV_DONTNEED, self._released, whole - self._released)
            self._released = whole

    def window(self, starts: Integers, width: int) -> tuple[View, Integers]:
        """`width` bytes from each start, close together, and where each start lies in there.

        Many fields of one header are read several times as fast from such a copy.
        """
        import numpy as np

        if self.size < width:
            return self, starts
        base = np.minimum(starts, self.size - width)
        every = np.ndarray((self.size - width + 1,), f"V{width}", self.data, 0, (1,))
        copied = every[base].view(np.uint8)
        return View(copied), np.arange(len(starts)) * width + (starts - base)

    def gather(self, kind: str, offsets: Integers) -> Integers:
        """Values of numpy type `kind` at `offsets`, in any alignment, as int64."""
        import numpy as np

        every = self._every.get(kind)
        if every is None:
            # One element per byte of the file, overlapping: costs nothing until it is indexed.
            room = max(0, self.size - np.dtype(kind).itemsize + 1)
            every = self._every[kind] = np.ndarray((room,), kind, self.data, 0, (1,))
        if not len(every):
            return np.zeros(len(offsets), np.int64)
        inside = np.minimum(np.maximum(offsets, 0), len(every) - 1)
        values: Integers = every[inside].astype(np.int64)
        return values

    def bytes_at(self, offsets: Integers) -> Integers:
        """The byte at each offset."""
        return self.gather("u1", offsets)

    def be16(self, offsets: Integers) -> Integers:
        """Big-endian 16-bit values."""
        return self.gather(">u2", offsets)

    def be32(self, offsets: Integers) -> Integers:
        """Big-endian 32-bit values."""
        return self.gather(">u4", offsets)

    def words64(self, offsets: Integers) -> Any:
        """Big-endian 64-bit values, unsigned."""
        import numpy as np

        room = self.size - 7
        if room <= 0:
            return np.zeros(len(offsets), np.uint64)
        every = np.ndarray((room,), ">u8", self.data, 0, (1,))
        return every[np.minimum(np.maximum(offsets, 0), room - 1)].astype(np.uint64)

    def words(self, order: str) -> Callable[[Integers], Integers]:
        """A function that reads 32-bit values in this byte order."""
        return lambda offsets: self.gather(order + "u4", offsets)

    def halves(self, order: str) -> Callable[[Integers], Integers]:
        """A function that reads 16-bit values in this byte order."""
        return lambda offsets: self.gather(order + "u2", offsets)


def different(values: Integers) -> list[int]:
    """The different ones of some values, in order; most often they are all the same."""
    import numpy as np

    if len(values) and (values == values[0]).all():
        return [int(values[0])]
    found: list[int] = np.unique(values).tolist()
    return found
