"""YAFFS2 images: the file system of NAND flash, with its spare bytes, both byte orders.

Spec: yaffs2 (yaffs_guts.h, yaffs_packedtags2.h); see `volume.yaffs` for how a layout is found.
"""

from __future__ import annotations

import mmap
import stat
import struct
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.volume.entry import ENTRIES, members
from evenhand.volume.logged import Inode, Log, Piece
from evenhand.volume.yaffs import (
    ERASED,
    FILE,
    FORMATS,
    HARD_LINK,
    LINK,
    Layout,
    chunks,
    is_header,
    layout_at,
)

VERSION = "1"
RECOGNISES = {
    "magic": (
        (0, "0100000001000000ffff"), (0, "0200000001000000ffff"), (0, "0300000001000000ffff"),
        (0, "0500000001000000ffff"), (0, "0000000100000001ffff"), (0, "0000000200000001ffff"),
        (0, "0000000300000001ffff"), (0, "0000000500000001ffff"),
    )
}  # fmt: skip
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "extended attributes; what was deleted; images without their spare bytes"}

ROOT = 1
GONE = (3, 4)  # folders in which YAFFS keeps what was unlinked or deleted
BAD = 100  # chunks that make no sense that are told


class Header(NamedTuple):
    """What the last header says of an object."""

    version: int
    kind: int
    parent: int
    name: bytes
    mode: int
    owner: int
    size: int
    modified: int
    same_as: int  # of a hard link
    at: int


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    content = artefact.map()
    if isinstance(content, bytes):
        raise NotThisFormat("empty")
    with content:
        size = artefact.size_bytes
        order = "<" if content[:1] != b"\0" else ">"
        if not is_header(content, 0, order):
            raise NotThisFormat("no header of an object")
        layout = layout_at(content, 0, size)
        if layout is None:
            raise Unreadable("YAFFS: no known size of chunk and spare bytes makes sense of it")
        log = Log(lambda piece: content[piece.at : piece.at + piece.length])
        yield from _filled(log, content, size, layout)
        if size % layout.step:
            yield Partly("the last chunk is cut off", size - size % layout.step)
        yield from members(log.entries(ROOT))


def _filled(log: Log, content: mmap.mmap, size: int, layout: Layout) -> Iterator[Partly]:
    """Read every chunk: the last header of an object counts, and the last of each of its chunks."""
    headers: dict[int, Header] = {}
    bad = 0
    for number, (at, tags) in enumerate(chunks(content, 0, size, layout)):
        if tags is None:
            bad += 1
            if bad <= BAD:
                yield Partly("a chunk whose tags make no sense was left out", at)
            continue
        if tags.sequence == ERASED:
            continue
        version = tags.sequence << 32 | number
        if tags.chunk:
            length = min(tags.length, layout.chunk)
            offset = (tags.chunk - 1) * layout.chunk
            log.piece(tags.number, Piece(version, offset, at, length, length, 0))
        elif is_header(content, at, layout.order):
            found = _header(content, at, layout.order, version)
            if tags.number not in headers and len(headers) >= ENTRIES:
                raise Unreadable(f"stopped after {ENTRIES} objects: too many to be read")
            if tags.number not in headers or headers[tags.number].version < version:
                headers[tags.number] = found
    for key, header in headers.items():
        _named(log, key, header)


def _header(content: mmap.mmap, at: int, order: str, version: int) -> Header:
    raw = content[at : at + 512]
    kind, parent = struct.unpack_from(order + "2I", raw)
    mode, owner, _, _, modified, _, low, same_as = struct.unpack_from(order + "8i", raw, 268)
    high = struct.unpack_from(order + "I", raw, 496)[0]
    size = (low & 0xFFFFFFFF) | (high << 32 if high < 1 << 16 else 0)
    name = raw[10:266].split(b"\0")[0]
    mode &= 0xFFFF
    mode = mode if stat.S_IFMT(mode) else mode | FORMATS.get(kind, 0)
    return Header(version, kind, parent, name, mode, owner, size, modified, same_as, at)


def _named(log: Log, number: int, header: Header) -> None:
    if number == ROOT or header.parent in GONE:
        return
    if header.kind == HARD_LINK:
        log.name(header.parent, header.name, header.version, header.same_as)
        return
    log.name(header.parent, header.name, header.version, number)
    size = header.size if header.kind == FILE else 0
    place = f"offset {header.at}"
    log.inode(
        number, Inode(header.version, header.mode, header.owner, size, header.modified, place)
    )
    if header.kind == LINK:  # the target stands in the header
        log.piece(number, Piece(header.version, 0, header.at + 300, 160, 160, 0))
