"""UBIFS images: the file system that lies in UBI volumes.

Every node is looked for in order, with its checksum; the one written last counts, so that what
only the journal holds is read too.

Spec: Linux fs/ubifs/ubifs-media.h (format 4 and 5).
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item, Partly
from evenhand.volume.block import BadBlock, expand
from evenhand.volume.entry import members
from evenhand.volume.logged import Inode, Log, Piece

VERSION = "1"
RECOGNISES = {"magic": ((0, "31181006"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "extended attributes; encrypted names and contents; what was deleted"}

SIGN = b"\x31\x18\x10\x06"
HEAD = 24
INODE, DATA, NAME, SUPERBLOCK = 0, 1, 2, 6
LEAST = {INODE: 160, DATA: 48, NAME: 56}
NODE_BYTES = 1 << 16
BLOCK = 4096
ROOT = 1
METHODS = {1: "lzo", 2: "deflate", 3: "zstd"}
BAD = 100


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    content = artefact.map()
    if isinstance(content, bytes):
        raise NotThisFormat("empty")
    try:
        if len(content) < 4096 or content[20] != SUPERBLOCK:
            raise NotThisFormat("no superblock")
        log = Log(lambda piece: _expanded(content, piece))
        bad = 0
        for at, raw in _nodes(content):
            if raw is not None:
                _take(log, at, raw)
                continue
            bad += 1
            if bad <= BAD:
                yield Partly("a node whose checksum is wrong was left out", at)
        block, blocks = struct.unpack_from("<2I", content, 36)
        if block * blocks > len(content):
            yield Partly(f"cut off: the file system has {block * blocks} bytes", len(content))
        yield from members(log.entries(ROOT))
    finally:
        content.close()


def _nodes(content: mmap.mmap) -> Iterator[tuple[int, bytes | None]]:
    """Offset and bytes of each node that tells of files; None where its checksum is wrong."""
    at, size = 0, len(content)
    while 0 <= (at := content.find(SIGN, at)) <= size - HEAD:
        length, kind = struct.unpack_from("<IB", content, at + 16)
        if at % 8 or not HEAD <= length <= NODE_BYTES:
            at += 1
            continue
        if length < LEAST.get(kind, NODE_BYTES + 1):  # another kind of node
            at += HEAD
            continue
        raw = content[at : at + length]
        good = len(raw) == length
        good = good and ~zlib.crc32(raw[8:]) & 0xFFFFFFFF == int.from_bytes(raw[4:8], "little")
        yield at, raw if good else None
        at += (length + -length % 8) if good else 8


def _take(log: Log, at: int, raw: bytes) -> None:
    version = int.from_bytes(raw[8:16], "little")
    number, rest = struct.unpack_from("<2I", raw, 24)
    match raw[20]:
        case 0:
            size, modified = (
                struct.unpack_from("<Q", raw, 48)[0],
                struct.unpack_from("<q", raw, 72)[0],
            )
            links, uid, _, mode = struct.unpack_from("<4I", raw, 92)
            inline = int.from_bytes(raw[112:116], "little")
            mode = mode & 0xFFFF if links else 0
            log.inode(number, Inode(version, mode, uid, size, modified, f"offset {at}"))
            if 0 < inline <= len(raw) - 160:
                log.piece(number, Piece(version, 0, at + 160, inline, inline, 0))
        case 1:
            size, method = struct.unpack_from("<IH", raw, 40)
            offset = (rest & 0x1FFFFFFF) * BLOCK
            log.piece(number, Piece(version, offset, at + 48, len(raw) - 48, size, method))
        case 2:
            length = int.from_bytes(raw[50:52], "little")
            target = int.from_bytes(raw[40:48], "little")
            log.name(number, raw[56 : 56 + length], version, target)


def _expanded(content: mmap.mmap, piece: Piece) -> bytes:
    data = content[piece.at : piece.at + piece.length]
    if piece.size > BLOCK:
        raise BadBlock("a node that says more than it can hold")
    if piece.method == 0:
        return data[: piece.size]
    method = METHODS.get(piece.method)
    if method is None:
        raise BadBlock(f"compression {piece.method} of UBIFS is not read")
    return expand(method, data, piece.size)
