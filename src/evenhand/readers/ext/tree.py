"""Ext: the superblock, inodes, folders and the content of files.

Spec: Linux Documentation/filesystems/ext4: super, group_descr, inodes, directory, ifork.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from evenhand.errors import Unreadable
from evenhand.readers import Partly
from evenhand.volume.entry import DEPTH, TARGET_BYTES, Entry, joined, usable
from evenhand.volume.span import PIECE, stretch

ROOT = 2  # inode number
EXTENTS, INLINE = 0x80000, 0x10000000  # inode flags
FOLDER_BYTES = 64 << 20  # longest list of names that is read
FILE_BYTES = 1 << 44  # longest file that ext4 has
EXTENT_NODES = 100_000  # of one file
WIDE = 0x80  # incompatible feature: 64-bit block numbers

Run = tuple[int, int, int]  # first block of the file, count, first block of the volume (0: hole)


class Volume(NamedTuple):
    """What the superblock says."""

    inodes: int
    blocks: int
    block_size: int
    first_block: int
    inodes_per_group: int
    inode_size: int
    descriptor_size: int
    incompatible: int


class Inode(NamedTuple):
    """One inode."""

    number: int
    mode: int
    owner: int
    size: int
    modified: int
    flags: int
    blocks: bytes  # 60 bytes: numbers of blocks, a tree of extents, or the data themselves
    rest: bytes  # what of the inode follows its first 128 bytes


def volume(raw: bytes) -> Volume | None:
    """The volume of this superblock; None where it cannot be one."""
    if len(raw) < 1024 or raw[56:58] != b"\x53\xef":
        return None
    inodes, blocks_low = struct.unpack_from("<2I", raw)
    first, log = struct.unpack_from("<2I", raw, 20)
    per_group = struct.unpack_from("<I", raw, 40)[0]
    revision = struct.unpack_from("<I", raw, 76)[0]
    inode_size = struct.unpack_from("<H", raw, 88)[0] if revision else 128
    incompatible = struct.unpack_from("<I", raw, 96)[0] if revision else 0
    wide = bool(incompatible & WIDE)
    blocks = blocks_low | (struct.unpack_from("<I", raw, 336)[0] << 32 if wide else 0)
    descriptor = struct.unpack_from("<H", raw, 254)[0] if wide else 32
    good = log <= 6 and 0 < per_group <= 1 << 24 and 128 <= inode_size <= 4096
    if not good or not inodes or not blocks or revision > 1 or not 32 <= descriptor <= 1024:
        return None
    return Volume(
        inodes, blocks, 1024 << log, first, per_group, inode_size, descriptor, incompatible
    )


class Tree:
    """The file system below its root."""

    def __init__(self, stream: BinaryIO, found: Volume, size: int) -> None:
        self._stream, self._volume, self._size = stream, found, size
        self._seen: set[int] = set()

    def entries(self) -> Iterator[Entry | Partly]:
        """Every entry, each folder before what lies in it."""
        waiting = [(b"", self._inode(ROOT), 0)]
        if not stat.S_ISDIR(waiting[0][1].mode):
            raise Unreadable("the root is no folder")
        while waiting:
            path, folder, depth = waiting.pop()
            if folder.number in self._seen:
                yield Partly(f"{_text(path)}: a folder that lies in itself, or in two places")
                continue
            self._seen.add(folder.number)
            deeper = []
            try:
                for name, number in self._names(folder):
                    below = joined(path, name)
                    found = yield from self._named(below, number)
                    if found is not None and depth < DEPTH:
                        deeper.append((below, found, depth + 1))
                    elif found is not None:
                        yield Partly(f"folders more than {DEPTH} deep were not read")
            except Unreadable as error:
                yield Partly(f"{_text(path) or '/'}: {error.reason}", error.offset_bytes)
            waiting += reversed(deeper)

    def _named(self, path: bytes, number: int) -> Generator[Entry | Partly, None, Inode | None]:
        """The entry of one name; returns the inode where it is a folder."""
        try:
            found = self._inode(number)
            yield self._entry(path, found)
        except Unreadable as error:
            yield Partly(f"{_text(path)}: {error.reason}", error.offset_bytes)
            return None
        return found if stat.S_ISDIR(found.mode) else None

    def _pread(self, length: int, at: int) -> bytes:
        if not 0 <= at < self._size:
            raise Unreadable("a block lies beyond the end", self._size)
        data = os.pread(self._stream.fileno(), length, at)
        if len(data) < length:
            raise Unreadable("cut off inside a block", at)
        return data

    def _inode(self, number: int) -> Inode:
        v = self._volume
        if not 0 < number <= v.inodes:
            raise Unreadable(f"inode {number} is none")
        group, index = divmod(number - 1, v.inodes_per_group)
        at = (v.first_block + 1) * v.block_size + group * v.descriptor_size
        descriptor = self._pread(32, at)
        table = int.from_bytes(descriptor[8:12], "little")
        if v.descriptor_size >= 64:
            table |= int.from_bytes(self._pread(4, at + 40), "little") << 32
        raw = self._pread(v.inode_size, table * v.block_size + index * v.inode_size)
        mode, owner, size, _, _, modified = struct.unpack_from("<2H4I", raw)
        flags = struct.unpack_from("<I", raw, 32)[0]
        if stat.S_ISREG(mode):
            size |= struct.unpack_from("<I", raw, 108)[0] << 32
        owner |= struct.unpack_from("<H", raw, 120)[0] << 16
        return Inode(number, mode, owner, size, modified, flags, raw[40:100], raw[128:])

    def _entry(self, path: bytes, found: Inode) -> Entry:
        target, content = None, None
        size = found.size if stat.S_ISREG(found.mode) or stat.S_ISLNK(found.mode) else 0
        if stat.S_ISLNK(found.mode):
            target = b"".join(self._content(found, TARGET_BYTES))
        elif stat.S_ISREG(found.mode):

            def content() -> Iterator[bytes]:
                return self._content(found, FILE_BYTES)

        place = f"inode {found.number}"
        return Entry(
            path, found.mode, size, place, str(found.owner), target, found.modified, content
        )

    def _names(self, folder: Inode) -> Iterator[tuple[bytes, int]]:
        held = b"".join(self._content(folder, FOLDER_BYTES))
        if folder.flags & INLINE:
            held = held[4:]  # the number of the folder above
        at = 0
        while at + 8 <= len(held):
            number, length, size, _ = struct.unpack_from("<IHBB", held, at)
            length = length if length >= 8 else len(held)  # 65536 does not fit: 0
            name = held[at + 8 : at + 8 + min(size, length - 8)]
            if number and usable(name):
                yield name, number
            at += length

    def _content(self, found: Inode, most: int) -> Iterator[bytes]:
        """What the inode holds, at most `most` bytes of it; holes are zeros."""
        left = min(found.size, most)
        fast = stat.S_ISLNK(found.mode) and found.size < 60 and not found.flags & EXTENTS
        if fast or found.flags & INLINE:
            held = found.blocks + (_more_inline(found.rest) if found.flags & INLINE else b"")
            yield held[:left]
            if len(held) < left:
                raise Unreadable(f"inode {found.number}: its data are not all in it")
            return
        unit, block = self._volume.block_size, 0
        runs = self._extents(found) if found.flags & EXTENTS else self._mapped(found)
        for first, count, start in runs:
            if first < block or not left:
                continue  # out of order: a damaged map
            for size, at in ((first - block, 0), (count, start)):
                length = min(size * unit, left)
                left -= length
                if at:
                    yield from self._stored(at * unit, length)
                else:
                    yield from zeros(length)
            block = first + count
        yield from zeros(left)

    def _stored(self, at: int, length: int) -> Iterator[bytes]:
        if at + length > self._size:
            raise Unreadable("a block lies beyond the end", self._size)
        yield from stretch(self._stream, at, length)

    def _extents(self, found: Inode) -> Iterator[Run]:
        waiting, met = [(found.blocks, 6)], 0
        while waiting:
            node, above = waiting.pop()
            magic, count, _, depth = struct.unpack_from("<4H", node)
            met += 1
            if magic != 0xF30A or depth >= above or met > EXTENT_NODES:
                raise Unreadable(f"inode {found.number}: its tree of extents is damaged")
            deeper = []
            for at in range(12, 12 + 12 * min(count, (len(node) - 12) // 12), 12):
                if depth:
                    low, high = struct.unpack_from("<IH", node, at + 4)
                    place = (low | high << 32) * self._volume.block_size
                    deeper.append((self._pread(self._volume.block_size, place), depth))
                else:
                    first, length, high, low = struct.unpack_from("<I2HI", node, at)
                    unwritten = length > 32768
                    yield (
                        first,
                        length - 32768 if unwritten else length,
                        0 if unwritten else low | high << 32,
                    )
            waiting += reversed(deeper)

    def _mapped(self, found: Inode) -> Iterator[Run]:
        """Numbers of blocks: twelve, then blocks of them one, two and three levels deep."""
        unit = self._volume.block_size
        numbers = struct.unpack("<15I", found.blocks)
        needed, block = -(-found.size // unit), 0
        for level, number in [(0, n) for n in numbers[:12]] + [
            (1 + i, n) for i, n in enumerate(numbers[12:])
        ]:
            for run in self._level(level, number, block):
                if block >= needed:
                    return
                yield run
                block = run[0] + run[1]

    def _level(self, level: int, number: int, block: int) -> Iterator[Run]:
        per = self._volume.block_size // 4
        if level == 0 or not number:
            yield block, per**level, number
            return
        raw = self._pread(self._volume.block_size, number * self._volume.block_size)
        for index, below in enumerate(struct.unpack(f"<{per}I", raw)):
            yield from self._level(level - 1, below, block + index * per ** (level - 1))


def _more_inline(rest: bytes) -> bytes:
    """What an inode holds beyond 60 bytes: its attribute `data` of the name space `system`."""
    start = (int.from_bytes(rest[:2], "little") or 0) + 4
    if rest[start - 4 : start] != b"\0\0\x02\xea":
        return b""
    at = start
    while at + 16 <= len(rest) and rest[at]:
        length, space, offset, _, size, _ = struct.unpack_from("<2BH3I", rest, at)
        if space == 7 and rest[at + 16 : at + 16 + length] == b"data":
            return rest[start + offset : start + offset + size]
        at += 16 + (length + 3 & ~3)
    return b""


def zeros(length: int) -> Iterator[bytes]:
    """A hole, in pieces."""
    while length > 0:
        yield bytes(min(PIECE, length))
        length -= PIECE


def _text(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
