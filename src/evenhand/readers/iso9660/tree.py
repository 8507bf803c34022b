"""ISO 9660: folders, and files that may stand in several stretches.

Spec: ECMA-119 s. 6.8 (directory), 6.5 (files and sections).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.readers import Partly
from evenhand.readers.iso9660.record import (
    FOLDER,
    MORE,
    SECTOR,
    Record,
    Unix,
    mode_of,
    plain_name,
    record,
    unix,
    wide_name,
)
from evenhand.volume.entry import DEPTH, Entry, joined, usable
from evenhand.volume.span import stretch

FOLDER_BYTES = 64 << 20  # longest folder that is read


def entries(
    stream: BinaryIO, root: Record, by_unix: bool, wide: bool, size: int
) -> Iterator[Entry | Partly]:
    """Every entry, each folder before what lies in it; a folder's sectors are read once."""
    waiting, seen = [(b"", root.extent, root.length, 0)], set[int]()
    while waiting:
        path, extent, length, depth = waiting.pop()
        if extent in seen or extent * SECTOR >= size:
            shown_path = path.decode("utf-8", "backslashreplace") or "/"
            yield Partly(f"{shown_path}: a folder that is read already, or beyond the end")
            continue
        seen.add(extent)
        deeper = []
        parts: list[tuple[int, int]] = []
        for found in _records(stream, extent, length):
            said = unix(stream, found) if by_unix else Unix()
            name = said.name or (wide_name(found.name) if wide else plain_name(found.name))
            if said.hidden or not usable(name):
                continue
            parts.append((found.extent * SECTOR, found.length))
            if found.flags & MORE:
                continue
            entry = _entry(stream, joined(path, name), found, said, tuple(parts))
            parts = []
            yield entry
            if (found.flags & FOLDER or said.moved is not None) and depth < DEPTH:
                where = found.extent if said.moved is None else said.moved
                known = found.length if said.moved is None else _length(stream, where)
                deeper.append((entry.path, where, known, depth + 1))
        waiting += reversed(deeper)


def _records(stream: BinaryIO, extent: int, length: int) -> Iterator[Record]:
    """The records of a folder, `.` and `..` left out; none crosses the end of a sector."""
    for base in range(extent * SECTOR, extent * SECTOR + min(length, FOLDER_BYTES), SECTOR):
        raw = os.pread(stream.fileno(), SECTOR, base)
        if not raw:
            return
        at = 0
        while (found := record(raw[at : at + 255], base + at)) is not None:
            at += raw[at]
            if found.name not in (b"\0", b"\1"):
                yield found


def _length(stream: BinaryIO, extent: int) -> int:
    """How long a folder is, by its own record of itself."""
    own = record(os.pread(stream.fileno(), 255, extent * SECTOR), 0)
    return own.length if own else 0


def _entry(
    stream: BinaryIO, path: bytes, found: Record, said: Unix, parts: tuple[tuple[int, int], ...]
) -> Entry:
    mode = mode_of(found) if said.mode is None else said.mode
    if said.moved is not None:
        mode = stat.S_IFDIR | stat.S_IMODE(mode)
    size = sum(length for _, length in parts) if stat.S_ISREG(mode) else 0

    def content() -> Iterator[bytes]:
        for begin, length in parts:
            yield from stretch(stream, begin, length)

    owner = None if said.owner is None else str(said.owner)
    place = f"offset {found.at}"
    return Entry(path, mode, size, place, owner, said.target, found.modified, content)
