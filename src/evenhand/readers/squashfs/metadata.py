"""Squashfs: the superblock, and metadata blocks as one stream that is read at any place.

Spec: Linux fs/squashfs/squashfs_fs.h (struct squashfs_super_block), squashfs.rst s. 3.
"""

from __future__ import annotations

import os
import struct
from collections import OrderedDict
from typing import BinaryIO, NamedTuple

from evenhand.errors import Unreadable
from evenhand.volume.block import BadBlock, expand

HEAD = struct.Struct("<4s4I6H8Q")
METADATA_BYTES = 8192
CACHED = 256  # metadata blocks that are kept, 2 MiB
COMPRESSORS = {1: "zlib", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}


class Superblock(NamedTuple):
    """What stands at the start of the image."""

    magic: bytes
    inodes: int
    modified: int
    block_size: int
    fragments: int
    compressor: int
    block_log: int
    flags: int
    ids: int
    major: int
    minor: int
    root: int
    bytes_used: int
    id_table: int
    xattr_table: int
    inode_table: int
    directory_table: int
    fragment_table: int
    export_table: int


def superblock(raw: bytes) -> Superblock | None:
    """The superblock, None where there is none."""
    if len(raw) < HEAD.size or raw[:4] not in (b"hsqs", b"sqsh", b"shsq", b"qshs"):
        return None
    if raw[:4] != b"hsqs":
        raise Unreadable("squashfs of an older version or a maker's own kind is not read", 0)
    return Superblock(*HEAD.unpack_from(raw))


class Metadata:
    """Metadata blocks, expanded as they are asked for."""

    def __init__(self, stream: BinaryIO, head: Superblock) -> None:
        self._stream, self._cache = stream, OrderedDict[int, tuple[bytes, int]]()
        self.method = COMPRESSORS.get(head.compressor, f"number {head.compressor}")

    def block(self, at: int) -> tuple[bytes, int]:
        """The block whose header is at an offset, and where the next one is."""
        if at in self._cache:
            self._cache.move_to_end(at)
            return self._cache[at]
        if not 0 <= at < 1 << 62:
            raise Unreadable("a table lies beyond the end")
        raw = os.pread(self._stream.fileno(), 2, at)
        header = int.from_bytes(raw, "little")
        length = header & 0x7FFF
        data = os.pread(self._stream.fileno(), length, at + 2)
        if len(raw) < 2 or len(data) < length or not 0 < length <= METADATA_BYTES:
            raise Unreadable("a metadata block is damaged or cut off", at)
        try:
            made = data if header & 0x8000 else expand(self.method, data, METADATA_BYTES)
        except BadBlock as error:
            raise Unreadable(f"a metadata block: {error}", at) from None
        self._cache[at] = made, at + 2 + length
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return self._cache[at]

    def read(self, at: int, offset: int, length: int) -> tuple[bytes, int, int]:
        """`length` bytes from an offset in the block at a place; then the place after them."""
        parts = []
        while True:
            data, following = self.block(at)
            part = data[offset : offset + length]
            parts.append(part)
            offset, length = offset + len(part), length - len(part)
            if not length:
                return b"".join(parts), at, offset
            if len(data) < METADATA_BYTES or offset < len(data):
                raise Unreadable("a table ends too early", at)
            at, offset = following, 0
