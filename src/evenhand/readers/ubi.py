"""UBI images: volumes on flash chips, block by block; each volume is an artefact inside.

Spec: Linux drivers/mtd/ubi/ubi-media.h (version 1).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat
from evenhand.readers import Item, Partly
from evenhand.volume.span import stretch

VERSION = "1"
RECOGNISES = {"magic": ((0, "55424923"),)}
EMITS = ("file",)
CANNOT_SEE = {"file": "blocks that were erased; which older copy of a block lay there before"}

LAYOUT = 0x7FFFEFFF  # the volume that holds the table of volumes
RECORD, VOLUMES = 172, 128
BLOCK_BYTES = (1 << 12, 1 << 24)  # an erase block lies between
BLOCKS = 1 << 20
Block = tuple[int, int, int]  # number of the write, offset of the data, bytes that it says it has


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield each volume as one Child: its blocks in order, 0xFF where one is missing."""
    with artefact.open() as stream:
        size = _block_bytes(artefact)
        head = stream.read(64)
        if not _good(head) or size is None:
            raise NotThisFormat("no header of an erase block with its checksum")
        found: dict[int, dict[int, Block]] = {}
        data_at = int.from_bytes(head[20:24], "big")
        if not 64 <= data_at < size:
            raise NotThisFormat("data begin outside the block")
        yield from _blocks(stream, artefact.size_bytes, size, data_at, found)
        names = _names(stream, found.pop(LAYOUT, {}))
        for number in sorted(names.keys() - found.keys()):
            yield Partly(f"volume {names[number]}: no block of it is there")
        if artefact.size_bytes % size:
            yield Partly("cut off inside a block", artefact.size_bytes)
        for number, blocks in sorted(found.items()):
            if number < LAYOUT:
                name = names.get(number) or f"volume {number}"
                yield Child(name, _volume(stream, blocks, size - data_at))


def _good(head: bytes) -> bool:
    """A header whose checksum over its first 60 bytes is right."""
    stated = int.from_bytes(head[60:64], "big")
    return len(head) == 64 and ~zlib.crc32(head[:60]) & 0xFFFFFFFF == stated


def _block_bytes(artefact: Artefact) -> int | None:
    """Where the second block begins; the whole where there is one alone."""
    content = artefact.map()
    if isinstance(content, bytes):
        return None
    try:
        at = BLOCK_BYTES[0]
        while at < min(len(content), BLOCK_BYTES[1] + 1):
            if content[at : at + 4] == b"UBI#":
                return at
            at *= 2
        return len(content) if len(content) <= BLOCK_BYTES[1] else None
    finally:
        content.close()


def _blocks(
    stream: BinaryIO, end: int, size: int, data_at: int, found: dict[int, dict[int, Block]]
) -> Iterator[Partly]:
    for number, at in enumerate(range(0, end, size)):
        if number >= BLOCKS:
            yield Partly(f"more than {BLOCKS} blocks: the rest was not read", at)
            return
        stream.seek(at)
        head = stream.read(64)
        if head[:4] != b"UBI#":
            if head.strip(b"\xff"):
                yield Partly("a block without a header was left out", at)
            continue
        vid_at = int.from_bytes(head[16:20], "big")
        if not _good(head) or not 64 <= vid_at <= size - 64:
            yield Partly("a block whose header is damaged was left out", at)
            continue
        stream.seek(at + vid_at)
        vid = stream.read(64)
        if vid[:4] != b"UBI!":
            continue  # a free block
        if not _good(vid):
            yield Partly("a block whose volume header is damaged was left out", at + vid_at)
            continue
        volume, place, _, used = struct.unpack_from(">4I", vid, 8)
        written = int.from_bytes(vid[40:48], "big")
        if place < BLOCKS and written >= found.setdefault(volume, {}).get(place, (-1, 0, 0))[0]:
            found[volume][place] = (written, at + data_at, used)


def _names(stream: BinaryIO, layout: dict[int, Block]) -> dict[int, str]:
    """Number → name, from the first copy of the table that is there."""
    named: dict[int, str] = {}
    for _, at, _ in [layout[k] for k in sorted(layout)][:1]:
        stream.seek(at)
        table = stream.read(RECORD * VOLUMES)
        for number in range(len(table) // RECORD):
            raw = table[number * RECORD : (number + 1) * RECORD]
            length = int.from_bytes(raw[14:16], "big")
            if raw[:4] != bytes(4) and 0 < length <= 127:
                named[number] = shown(raw[16 : 16 + length])
    return named


def _volume(stream: BinaryIO, blocks: dict[int, Block], length: int) -> Iterator[bytes]:
    for place in range(max(blocks) + 1):
        if place not in blocks:
            # a volume may say that it has a block far away: what is missing is told by limits
            yield b"\xff" * length
            continue
        _, at, used = blocks[place]
        yield from stretch(stream, at, used if 0 < used <= length else length)
