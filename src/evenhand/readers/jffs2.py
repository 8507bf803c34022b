"""JFFS2 images: the journalling file system of flash chips, both byte orders.

Every node is looked for in order, with its checksums; the last version of a name, an inode and a
stretch of a file counts, as when it is mounted.

Spec: Linux include/uapi/linux/jffs2.h, fs/jffs2 (compr_rtime.c, compr_zlib.c, compr_lzo.c).
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
RECOGNISES = {
    "magic": (
        (0, "851901e0"), (0, "851902e0"), (0, "85190320"), (0, "85190620"),
        (0, "1985e001"), (0, "1985e002"), (0, "19852003"), (0, "19852006"),
    )
}  # fmt: skip
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "extended attributes; what was deleted"}

DIRENT, INODE = 0xE001, 0xE002
ROOT = 1
PAGE = 1 << 16  # no node holds more than a page, of whatever machine
BAD = 100  # nodes with a wrong checksum that are told


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    content = artefact.map()
    if isinstance(content, bytes):
        raise NotThisFormat("empty")
    try:
        order = "<" if content[:2] == b"\x85\x19" else ">"
        log = Log(lambda piece: _expanded(content, piece))
        bad, met = 0, 0
        for at, kind, raw in _nodes(content, order):
            if raw is None:
                bad += 1
                if bad <= BAD:
                    yield Partly("a node whose checksum is wrong was left out", at)
                continue
            met += 1
            _take(log, order, at, kind, raw)
        if not met:
            raise NotThisFormat("no node with its checksum")
        yield from members(log.entries(ROOT))
    finally:
        content.close()


def _sum(data: bytes) -> int:
    """The kernel's crc32 from 0."""
    return ~zlib.crc32(data, 0xFFFFFFFF) & 0xFFFFFFFF


def _nodes(content: mmap.mmap, order: str) -> Iterator[tuple[int, int, bytes | None]]:
    """Offset, kind and bytes of each name and inode; None where its checksum is wrong."""
    sign, at, size = struct.pack(order + "H", 0x1985), 0, len(content)
    while 0 <= (at := content.find(sign, at)) <= size - 12:
        head = content[at : at + 12]
        _, kind, length, stated = struct.unpack(order + "2H2I", head)
        if at % 4 or length < 12 or _sum(head[:8]) != stated:
            at += 2 - at % 2
            continue
        fixed = {DIRENT: 40, INODE: 68}.get(kind)
        if fixed is not None:
            raw = content[at : at + min(length, fixed + 255 if kind == DIRENT else fixed)]
            good = len(raw) >= fixed and at + length <= size
            good = good and _sum(raw[: fixed - 8]) == _at(raw, order, fixed - 8 + 4 * (fixed == 68))
            yield at, kind, raw if good else None
        at += length + -length % 4


def _at(raw: bytes, order: str, at: int) -> int:
    return int(struct.unpack_from(order + "I", raw, at)[0])


def _take(log: Log, order: str, at: int, kind: int, raw: bytes) -> None:
    if kind == DIRENT:
        folder, version, number = struct.unpack_from(order + "3I", raw, 12)
        name = raw[40 : 40 + raw[28]]
        if _sum(name) == _at(raw, order, 36):
            log.name(folder, name, version, number)
        return
    number, version, mode, uid, _, size = struct.unpack_from(order + "3I2HI", raw, 12)
    _, modified, _, offset, packed, length = struct.unpack_from(order + "6I", raw, 32)
    log.inode(number, Inode(version, mode & 0xFFFF, uid, size, modified, f"offset {at}"))
    if length:
        log.piece(number, Piece(version, offset, at + 68, packed, length, raw[56]))


def _expanded(content: mmap.mmap, piece: Piece) -> bytes:
    data = content[piece.at : piece.at + piece.length]
    if piece.size > PAGE or len(data) < piece.length:
        raise BadBlock("a node that says more than it can hold")
    match piece.method:
        case 0:
            return data[: piece.size]
        case 1:
            return bytes(piece.size)
        case 2:
            return _rtime(data, piece.size)
        case 6:
            return expand("zlib", data, piece.size)
        case 7:
            return expand("lzo", data, piece.size)
    raise BadBlock(f"compression {piece.method} of JFFS2 is not read")


def _rtime(data: bytes, size: int) -> bytes:
    """Each byte says how often what followed its last like follows again."""
    made, last = bytearray(), [0] * 256
    for at in range(0, len(data) - 1, 2):
        if len(made) >= size:
            break
        value, count = data[at], data[at + 1]
        made.append(value)
        back, last[value] = last[value], len(made)
        for step in range(back, back + count):
            if step >= len(made):
                raise BadBlock("damaged rtime block")
            made.append(made[step])
    return bytes(made[:size])
