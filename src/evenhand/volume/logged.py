"""File systems written as a log: names, inodes and pieces of files, of which the last one counts.

Spec: Linux fs/jffs2 (jffs2.h), fs/ubifs (ubifs-media.h).
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple

from evenhand.errors import Unreadable
from evenhand.readers import Partly
from evenhand.volume.block import BadBlock
from evenhand.volume.entry import DEPTH, ENTRIES, TARGET_BYTES, Entry, joined, usable

FILE_BYTES = 256 << 20  # of one file, which is put together in memory
PIECE = 1 << 20


class Inode(NamedTuple):
    """What the last inode says of a file."""

    version: int
    mode: int
    owner: int
    size: int
    modified: int
    place: str


class Piece(NamedTuple):
    """A stretch of a file: later versions lie over earlier ones."""

    version: int
    offset: int
    at: int  # in the image
    length: int  # in the image
    size: int  # expanded
    method: int


class Log:
    """What was read of a log so far; `expand` gives the bytes of a piece."""

    def __init__(self, expand: Callable[[Piece], bytes]) -> None:
        self._expand = expand
        self._names: dict[int, dict[bytes, tuple[int, int]]] = {}
        self._inodes: dict[int, Inode] = {}
        self._pieces: dict[int, list[Piece]] = {}
        self._count = 0

    def name(self, folder: int, name: bytes, version: int, inode: int) -> None:
        """A name in a folder; inode 0 takes it away."""
        known = self._names.setdefault(folder, {})
        if usable(name) and version >= known.get(name, (-1, 0))[0]:
            self._counted()
            known[name] = (version, inode)

    def inode(self, number: int, found: Inode) -> None:
        """An inode."""
        if number not in self._inodes or found.version >= self._inodes[number].version:
            self._counted()
            self._inodes[number] = found

    def piece(self, number: int, found: Piece) -> None:
        """A stretch of a file."""
        self._counted()
        self._pieces.setdefault(number, []).append(found)

    def _counted(self) -> None:
        self._count += 1
        if self._count > 4 * ENTRIES:
            raise Unreadable(f"stopped after {4 * ENTRIES} nodes: too many to be read")

    def entries(self, root: int) -> Iterator[Entry | Partly]:
        """Every entry below the root, folder by folder; each folder once."""
        waiting, seen = [(b"", root, 0)], set[int]()
        while waiting:
            path, folder, depth = waiting.pop()
            if folder in seen:
                yield Partly("a folder that lies in itself, or in two places")
                continue
            seen.add(folder)
            deeper = []
            for name, (_, number) in sorted(self._names.get(folder, {}).items()):
                if not number:
                    continue
                found = self._inodes.get(number)
                below = joined(path, name)
                if found is None:
                    yield Partly(
                        f"{below.decode('utf-8', 'backslashreplace')[:200]}: no inode of it"
                    )
                    continue
                yield self._entry(below, number, found)
                if stat.S_ISDIR(found.mode) and depth < DEPTH:
                    deeper.append((below, number, depth + 1))
            waiting += reversed(deeper)

    def _entry(self, path: bytes, number: int, found: Inode) -> Entry:
        target = None
        if stat.S_ISLNK(found.mode):
            try:
                target = b"".join(self._content(number, found._replace(size=TARGET_BYTES)))
                target = target.rstrip(b"\0")
            except Unreadable:
                target = None
        size = found.size if stat.S_ISREG(found.mode) else 0
        return Entry(
            path, found.mode, size, found.place, str(found.owner), target, found.modified,
            lambda: self._content(number, found),
        )  # fmt: skip

    def _content(self, number: int, found: Inode) -> Iterator[bytes]:
        if found.size > FILE_BYTES:
            raise Unreadable(f"a file of more than {FILE_BYTES >> 20} MiB was not put together")
        whole, bad = bytearray(found.size), ""
        for piece in sorted(self._pieces.get(number, ())):
            if piece.offset >= found.size:
                continue
            try:
                data = self._expand(piece)
            except BadBlock as error:
                bad = f"{error} at offset {piece.at}"
                continue
            data = data[: found.size - piece.offset]
            whole[piece.offset : piece.offset + len(data)] = data
        for at in range(0, len(whole), PIECE):
            yield bytes(whole[at : at + PIECE])
        if bad:
            raise Unreadable(bad)
