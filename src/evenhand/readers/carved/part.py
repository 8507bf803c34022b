"""What carving finds, and the work that it may cost.

Spec: docs/decisions/0020-volumes.md.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import NamedTuple

from evenhand.expansion import Damaged, Expander

FEED = 1 << 16
EXPANDED_BYTES = 1 << 30  # of all streams of one image, tried or found


class Found(NamedTuple):
    """A part of an image."""

    at: int
    length: int
    what: str


class Work:
    """How much was expanded so far; the same on every machine."""

    def __init__(self) -> None:
        self.done, self.spent, self.at = 0, False, 0

    def allows(self, count: int, at: int) -> bool:
        """Note work; False once there was too much."""
        self.done += count
        if self.done > EXPANDED_BYTES and not self.spent:
            self.spent, self.at = True, at
        return not self.spent


Length = Callable[[mmap.mmap, int, int, Work], int | None]


class Sign(NamedTuple):
    """A magic number, how far into the part it stands, and what gives the part's length."""

    magic: bytes
    what: str
    length: Length
    offset: int = 0
    aligned: int = 1


def stream_length(
    make: Callable[[], Expander], least: int, whole: bool
) -> Callable[[mmap.mmap, int, int, Work], int | None]:
    """A stream's packed length, found by expanding it; `least` bytes must come out.

    `whole`: it counts only with its end mark, which carries a checksum.
    """

    def length(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
        expander, place, made = make(), at, 0
        try:
            while place < size and not expander.eof:
                data = content[place : place + FEED]
                place += len(data)
                for piece in expander.feed(data):
                    made += len(piece)
                    if not work.allows(len(piece), at):
                        return None
                if not work.allows(len(data), at):
                    return None
        except Damaged:
            # As far as it goes: most of a stream may be there and its end overwritten.
            return None if whole or made < max(least, 1 << 20) else place - at
        if made < least or (whole and not expander.eof):
            return None
        return place - len(expander.unused) - at

    return length
