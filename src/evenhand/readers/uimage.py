"""U-Boot images (uImage): a kernel, ramdisk or script behind a header of 64 bytes.

What follows it is an artefact of its own: most often the root file system.

Spec: U-Boot include/image.h (legacy image format).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat
from evenhand.facts.defect import Defect
from evenhand.facts.file import File
from evenhand.readers import Item, Partly
from evenhand.volume.entry import moment
from evenhand.volume.span import after, stretch

VERSION = "1"
RECOGNISES = {"magic": ((0, "27051956"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "modes and owners, which the format does not have; who made the image"}

HEADER = 64
MULTI = 4  # a type of several images, their lengths in front
PARTS = 64
CHECKED_BYTES = 256 << 20  # the checksum of longer data is not computed


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row and a Child for each part, and what follows them."""
    with artefact.open() as stream:
        head = stream.read(HEADER)
        if len(head) < HEADER:
            raise NotThisFormat("no header")
        if zlib.crc32(head[:4] + bytes(4) + head[8:]) != int.from_bytes(head[4:8], "big"):
            yield Defect("uImage: the header's checksum", "it does not match", "offset 4")
        made, size = int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")
        end = HEADER + size
        there = min(size, artefact.size_bytes - HEADER)
        name = shown(head[32:64].partition(b"\0")[0]) or "data"
        for part, begin, length in _parts(stream, name, head[30], there):
            place = f"offset {begin}"
            yield File(part, "file", place, length, None, None, None, moment(made))
            yield Child(part, stretch(stream, begin, length))
        if end > artefact.size_bytes:
            yield Partly(f"cut off: the data have {size} bytes", artefact.size_bytes)
        elif size <= CHECKED_BYTES and _sum(stream, size) != int.from_bytes(head[24:28], "big"):
            yield Defect("uImage: the checksum of the data", "it does not match", "offset 24")
        yield from after(stream, end, artefact.size_bytes, "the image")


def _parts(stream: BinaryIO, name: str, kind: int, size: int) -> Iterator[tuple[str, int, int]]:
    if kind != MULTI:
        yield name, HEADER, size
        return
    table = os.pread(stream.fileno(), 4 * PARTS, HEADER)
    lengths = []
    for at in range(0, len(table), 4):
        lengths.append(int.from_bytes(table[at : at + 4], "big"))
        if not lengths[-1]:
            break
    begin = HEADER + 4 * len(lengths)
    for number, length in enumerate(lengths[:-1]):
        length = max(0, min(length, HEADER + size - begin))
        yield f"{name} part {number}", begin, length
        begin += length + -length % 4


def _sum(stream: BinaryIO, size: int) -> int:
    total = 0
    for piece in stretch(stream, HEADER, size):
        total = zlib.crc32(piece, total)
    return total
