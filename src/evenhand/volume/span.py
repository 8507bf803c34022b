"""Stretches of a file as content, and what lies after the part that a format speaks of.

Spec: docs/decisions/0020-volumes.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Child
from evenhand.readers import Item

PIECE = 1 << 16


def stretch(stream: BinaryIO, at: int, left: int) -> Iterator[bytes]:
    """The bytes from an offset on, in pieces; fewer where the file ends."""
    while left > 0:
        data = os.pread(stream.fileno(), min(PIECE, left), at)
        if not data:
            return
        yield data
        at, left = at + len(data), left - len(data)


def padding_ends(stream: BinaryIO, at: int, size: int) -> int:
    """Where the padding that starts at an offset ends: at `size` where nothing else follows."""
    while at < size:
        data = os.pread(stream.fileno(), min(PIECE, size - at), at)
        if not data:
            return size
        rest = data.lstrip(b"\0\xff")
        at += len(data) - len(rest)
        if rest:
            return at
    return size


def after(stream: BinaryIO, end: int, size: int, what: str) -> Iterator[Item]:
    """What follows offset `end`, as one Child named by where it begins; nothing if padding."""
    begin = padding_ends(stream, end, size) if end < size else size
    if begin < size:
        # A boundary of four kibibytes is where the next part most often begins.
        begin = max(end, begin - begin % 4096)
        yield Child(f"after {what} @{begin:#x}", stretch(stream, begin, size - begin))
