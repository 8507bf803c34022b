"""Cramfs images: compressed read-only file systems of older devices.

Spec: Linux fs/cramfs (README, include/uapi/linux/cramfs_fs.h); both byte orders.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.volume.block import BadBlock, expand
from evenhand.volume.entry import DEPTH, TARGET_BYTES, Entry, joined, members, usable
from evenhand.volume.span import after

VERSION = "1"
RECOGNISES = {"magic": ((0, "453dcd28"), (0, "28cd3d45"), (512, "453dcd28"), (512, "28cd3d45"))}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "times, which the format does not have; blocks stored by other means"}

PAGE = 4096
SIZED, DIRECT_BLOCKS = 0x1, 0x1000  # flags: a length is stated; blocks have other pointers
SIGN = b"Compressed ROMFS"


class Inode(NamedTuple):
    """Twelve bytes, and where they stand."""

    mode: int
    owner: int
    size: int
    name_bytes: int
    offset: int
    at: int


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    with artefact.open() as stream:
        for base in (0, 512):
            head = os.pread(stream.fileno(), 76, base)
            if head[16:32] == SIGN and len(head) == 76:
                break
        else:
            raise NotThisFormat("no superblock")
        order = "little" if head[:4] == b"\x45\x3d\xcd\x28" else "big"
        size, flags = _number(head[4:8], order), _number(head[8:12], order)
        if flags & DIRECT_BLOCKS:
            raise Unreadable("cramfs with direct block pointers is not read", base + 8)
        tree = Tree(stream, order, base)
        yield from members(tree.entries(tree.inode(base + 64)))
        if flags & SIZED and size > artefact.size_bytes:
            yield Partly(f"cut off: the file system has {size} bytes", artefact.size_bytes)
        if flags & SIZED:
            yield from after(stream, size, artefact.size_bytes, "the file system")


def _number(raw: bytes, order: str) -> int:
    return int.from_bytes(raw, "little" if order == "little" else "big")


class Tree:
    """The file system below its root; offsets count from `base`, where an image may begin."""

    def __init__(self, stream: BinaryIO, order: str, base: int) -> None:
        self._stream, self._order, self._base = stream, order, base

    def inode(self, at: int) -> Inode:
        """The inode at an offset: bit fields, which each byte order packs from its own end."""
        raw = os.pread(self._stream.fileno(), 12, at)
        if len(raw) < 12:
            raise Unreadable("cut off inside a folder", at)
        first, second, third = (_number(raw[i : i + 4], self._order) for i in (0, 4, 8))
        if self._order == "little":
            mode, owner = first & 0xFFFF, first >> 16
            size, name, offset = second & 0xFFFFFF, third & 0x3F, third >> 6
        else:
            mode, owner = first >> 16, first & 0xFFFF
            size, name, offset = second >> 8, third >> 26, third & 0x3FFFFFF
        return Inode(mode, owner, size, name * 4, offset * 4, at)

    def entries(self, root: Inode) -> Iterator[Entry | Partly]:
        """Every entry; each folder's list is read once."""
        waiting, seen = [(b"", root, 0)], set[int]()
        while waiting:
            path, folder, depth = waiting.pop()
            if folder.size and folder.offset in seen:
                yield Partly("a folder that lies in itself, or in two places", folder.at)
                continue
            seen.add(folder.offset)
            at, end, deeper = self._base + folder.offset, folder.offset + folder.size, []
            while at < self._base + end:
                try:
                    found = self.inode(at)
                except Unreadable as error:
                    yield Partly(error.reason, at)
                    break
                name = os.pread(self._stream.fileno(), found.name_bytes, at + 12).rstrip(b"\0")
                at += 12 + found.name_bytes
                if usable(name):
                    below = joined(path, name)
                    yield self._entry(below, found)
                    if stat.S_ISDIR(found.mode) and depth < DEPTH:
                        deeper.append((below, found, depth + 1))
            waiting += reversed(deeper)

    def _entry(self, path: bytes, found: Inode) -> Entry:
        place, target, size = f"offset {found.at}", None, found.size
        if stat.S_ISLNK(found.mode):
            try:
                target = b"".join(self._content(found))[:TARGET_BYTES]
            except Unreadable:
                target = None
        elif not stat.S_ISREG(found.mode):
            size = 0
        return Entry(
            path, found.mode, size, place, str(found.owner), target, None,
            lambda: self._content(found),
        )  # fmt: skip

    def _content(self, found: Inode) -> Iterator[bytes]:
        """Blocks of a page: a table of their ends, then the compressed pages."""
        pages = -(-found.size // PAGE)
        table = self._base + found.offset
        begin, left = table + 4 * pages, found.size
        for number in range(pages):
            raw = os.pread(self._stream.fileno(), 4, table + 4 * number)
            end = self._base + _number(raw, self._order)
            if len(raw) < 4 or not begin <= end <= begin + 2 * PAGE:
                raise Unreadable("a table of blocks is damaged", table)
            data = os.pread(self._stream.fileno(), end - begin, begin)
            if len(data) < end - begin:
                raise Unreadable("cut off inside a file", begin)
            expected = min(PAGE, left)
            try:
                yield expand("zlib", data, PAGE)[:expected] if data else bytes(expected)
            except BadBlock as error:
                raise Unreadable(str(error), begin) from None
            begin, left = end, left - expected
