"""Squashfs: inodes, folders and the content of files.

Spec: Linux fs/squashfs/squashfs_fs.h (inodes, directory entries, fragments).
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from evenhand.errors import Unreadable
from evenhand.readers import Partly
from evenhand.readers.squashfs.metadata import Metadata, Superblock
from evenhand.volume.block import BadBlock, expand
from evenhand.volume.entry import DEPTH, TARGET_BYTES, Entry, joined, usable

COMMON = struct.Struct("<4H2I")  # type, permissions, owner, group, time, number
# type → its own fields, and the file type bits
FOLDER, FILE, LINK, LONG_FOLDER, LONG_FILE, LONG_LINK = 1, 2, 3, 8, 9, 10
FIELDS = {
    FOLDER: struct.Struct("<2I2HI"),  # start, links, size, offset, parent
    LONG_FOLDER: struct.Struct("<4I2HI"),  # links, size, start, parent, indexes, offset, xattr
    FILE: struct.Struct("<4I"),  # start, fragment, offset, size
    LONG_FILE: struct.Struct("<3Q4I"),  # start, size, sparse, links, fragment, offset, xattr
    LINK: struct.Struct("<2I"),  # links, length
    LONG_LINK: struct.Struct("<2I"),
}
OTHERS = {4: stat.S_IFBLK, 5: stat.S_IFCHR, 6: stat.S_IFIFO, 7: stat.S_IFSOCK}
NO_FRAGMENT = 0xFFFFFFFF
UNCOMPRESSED = 1 << 24
FILE_BLOCKS = 1 << 20  # most blocks of one file
FOLDER_BYTES = 64 << 20  # longest list of names


class Folder(NamedTuple):
    """Where the names of a folder stand."""

    path: bytes
    start: int
    offset: int
    size: int
    depth: int


class Tree:
    """The file system below its root."""

    def __init__(self, stream: BinaryIO, head: Superblock, size: int) -> None:
        self._stream, self._head, self._size = stream, head, size
        self._metadata = Metadata(stream, head)
        self._seen: set[tuple[int, int]] = set()
        self._last = (-1, b"")  # files that share a block most often follow one another

    def entries(self) -> Iterator[Entry | Partly]:
        """Every entry, each folder before what lies in it."""
        root = self._inode(self._head.root >> 16, self._head.root & 0xFFFF, b"", 0)
        if not isinstance(root, Folder):
            raise Unreadable("the root is no folder")
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            deeper = []
            try:
                for found in self._names(folder):
                    if isinstance(found, Folder):
                        deeper.append(found)
                    else:
                        yield found
            except Unreadable as error:
                name = folder.path.decode("utf-8", "backslashreplace") or "/"
                yield Partly(f"{name}: {error.reason}", error.offset_bytes)
            waiting += reversed(deeper)

    def _names(self, folder: Folder) -> Iterator[Entry | Folder | Partly]:
        if folder.size <= 3:
            return  # an empty one points at where the next folder's list begins
        if (folder.start, folder.offset) in self._seen:
            raise Unreadable("a folder that lies in itself, or in two places")
        self._seen.add((folder.start, folder.offset))
        at, offset = self._head.directory_table + folder.start, folder.offset
        left = min(folder.size - 3, FOLDER_BYTES)  # three stand for `.` and `..`
        while left > 0:
            raw, at, offset = self._metadata.read(at, offset, 12)
            count, start, _ = struct.unpack("<3I", raw)
            if count > 255:
                raise Unreadable("a header in a folder is damaged", at)
            left -= 12
            for _ in range(count + 1):
                raw, at, offset = self._metadata.read(at, offset, 8)
                place, _, _, length = struct.unpack("<HhHH", raw)
                if length >= 256:
                    raise Unreadable("a name is too long", at)
                name, at, offset = self._metadata.read(at, offset, length + 1)
                left -= 9 + length
                if usable(name):
                    yield from self._named(start, place, joined(folder.path, name), folder.depth)

    def _named(
        self, start: int, offset: int, path: bytes, depth: int
    ) -> Iterator[Entry | Folder | Partly]:
        try:
            found = self._inode(start, offset, path, depth + 1)
        except Unreadable as error:
            yield Partly(
                f"{path.decode('utf-8', 'backslashreplace')}: {error.reason}", error.offset_bytes
            )
            return
        if isinstance(found, Folder):
            place = f"inode {start}:{offset}"
            common = COMMON.unpack(self._metadata.read(*self._place(start, offset), 16)[0])
            yield Entry(
                path, stat.S_IFDIR | common[1], 0, place, self._owner(common[2]), None, common[4]
            )
            if depth >= DEPTH:
                yield Partly(f"folders more than {DEPTH} deep were not read")
                return
        yield found

    def _place(self, start: int, offset: int) -> tuple[int, int]:
        return self._head.inode_table + start, offset

    def _inode(self, start: int, offset: int, path: bytes, depth: int) -> Entry | Folder:
        raw, at, within = self._metadata.read(*self._place(start, offset), COMMON.size)
        kind, permissions, owner, _, modified, _ = COMMON.unpack(raw)
        place, person = f"inode {start}:{offset}", self._owner(owner)
        if kind in FIELDS:
            raw, at, within = self._metadata.read(at, within, FIELDS[kind].size)
            said = FIELDS[kind].unpack(raw)
        if kind in (FOLDER, LONG_FOLDER):
            where = (said[0], said[3], said[2]) if kind == FOLDER else (said[2], said[5], said[1])
            return Folder(path, *where, depth)
        if kind in (LINK, LONG_LINK):
            target = self._metadata.read(at, within, min(said[1], TARGET_BYTES))[0]
            mode = stat.S_IFLNK | permissions
            return Entry(path, mode, said[1], place, person, target, modified)
        if kind in (FILE, LONG_FILE):
            begin, size, fragment, into = (
                (said[0], said[3], said[1], said[2])
                if kind == FILE
                else (said[0], said[1], said[4], said[5])
            )
            return Entry(
                path,
                stat.S_IFREG | permissions,
                size,
                place,
                person,
                None,
                modified,
                lambda: self._content(begin, size, fragment, into, (at, within)),
            )
        form = OTHERS.get(kind if kind < 8 else kind - 7)
        if form is None:
            raise Unreadable(f"inode type {kind} is not known", at)
        return Entry(path, form | permissions, 0, place, person, None, modified)

    def _owner(self, index: int) -> str | None:
        """The number of a user, from the table of them."""
        if index >= self._head.ids:
            return None
        try:
            raw = os.pread(self._stream.fileno(), 8, self._head.id_table + 8 * (index // 2048))
            block = self._metadata.block(int.from_bytes(raw, "little"))[0]
        except (Unreadable, OSError, OverflowError):
            return None
        return str(int.from_bytes(block[4 * (index % 2048) :][:4], "little"))

    def _content(
        self, begin: int, size: int, fragment: int, into: int, sizes: tuple[int, int]
    ) -> Iterator[bytes]:
        """The blocks of a file one by one, then the piece that it shares a block with others."""
        block = self._head.block_size
        whole = size // block if fragment != NO_FRAGMENT else -(-size // block)
        if whole > FILE_BLOCKS:
            raise Unreadable(f"more than {FILE_BLOCKS} blocks")
        (where, within), left = sizes, size
        for _ in range(whole):
            raw, where, within = self._metadata.read(where, within, 4)
            stored = int.from_bytes(raw, "little")
            expected = min(block, left)
            data = self._block(begin, stored, expected) if stored else bytes(expected)
            begin += stored & ~UNCOMPRESSED
            left -= expected
            yield data
        if left:
            yield self._fragment(fragment)[into : into + left]

    def _fragment(self, number: int) -> bytes:
        if self._last[0] != number:
            self._last = number, self._shared(number)
        return self._last[1]

    def _shared(self, number: int) -> bytes:
        if number >= self._head.fragments:
            raise Unreadable("a fragment is missing")
        table = self._head.fragment_table + 8 * (number // 512)
        raw = os.pread(self._stream.fileno(), 8, table) if table < 1 << 62 else b""
        block = self._metadata.block(int.from_bytes(raw, "little"))[0]
        found = block[16 * (number % 512) :][:16]
        if len(found) < 16:
            raise Unreadable("a fragment is missing", table)
        start, stored, _ = struct.unpack("<Q2I", found)
        return self._block(start, stored, self._head.block_size)

    def _block(self, at: int, stored: int, most: int) -> bytes:
        length = stored & ~UNCOMPRESSED
        if at >= self._size or length > 2 * self._head.block_size:
            raise Unreadable("a block lies beyond the end", min(at, self._size))
        data = os.pread(self._stream.fileno(), length, at)
        if len(data) < length:
            raise Unreadable("cut off inside a file", at)
        if stored & UNCOMPRESSED:
            return data[:most]
        try:
            return expand(self._metadata.method, data, most)
        except BadBlock as error:
            raise Unreadable(str(error), at) from None
