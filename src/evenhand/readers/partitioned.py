"""Disk images with a table of partitions (GPT, MBR): each partition is an artefact of its own.

Spec: UEFI Specification 2.10 ch. 5 (GPT, legacy MBR).
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat
from evenhand.facts.defect import Defect
from evenhand.facts.file import File
from evenhand.readers import Item, Partly
from evenhand.volume.span import stretch

VERSION = "1"
RECOGNISES = {"magic": ((510, "55aa"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "what lies between partitions"}

SECTOR = 512
PARTITIONS = 256
CHAIN = 64  # logical partitions of an extended one
EXTENDED, PROTECTIVE = (0x05, 0x0F, 0x85), 0xEE


class Partition(NamedTuple):
    """A stretch of the disk."""

    name: str
    begin: int
    length: int
    place: str


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row and a Child for each partition, in the table's order."""
    with artefact.open() as stream:
        first = stream.read(SECTOR)
        found = list(_legacy(stream, first, artefact.size_bytes))
        if any(p.name.endswith(f"({PROTECTIVE:#04x})") for p in found):
            found = []
            for item in _guid(stream):
                if isinstance(item, Partition):
                    found.append(item)
                else:
                    yield item
        if not found:
            raise NotThisFormat("no table of partitions")
        end = 0
        for part in sorted(found, key=lambda p: (p.begin, p.length)):
            yield File(part.name, "file", part.place, part.length)
            if part.begin < end:
                yield Partly(f"{part.name}: overlaps another partition, not read", part.begin)
                continue
            if part.begin + part.length > artefact.size_bytes:
                yield Partly(f"{part.name}: cut off", artefact.size_bytes)
            end = part.begin + part.length
            yield Child(part.name, stretch(stream, part.begin, part.length))


def _legacy(stream: BinaryIO, first: bytes, size: int) -> Iterator[Partition]:
    """The four partitions of the first sector, and the chain inside an extended one."""
    if len(first) < SECTOR:
        return
    entries = [first[446 + 16 * n : 462 + 16 * n] for n in range(4)]
    fields = [(e[0], e[4], *struct.unpack_from("<2I", e, 8)) for e in entries]
    used = [f for f in fields if f[1]]
    # Boot sectors of file systems bear the same sign, and code where a table would be.
    if not used or any(f[0] not in (0, 0x80) for f in fields):
        return
    if any(not start or not count or start * SECTOR >= size for _, _, start, count in used):
        return
    for number, (_, kind, start, count) in enumerate(fields):
        if kind in EXTENDED:
            yield from _chain(stream, start)
        elif kind:
            name = f"partition {number + 1} ({kind:#04x})"
            place = f"offset {446 + 16 * number}"
            yield Partition(name, start * SECTOR, count * SECTOR, place)


def _chain(stream: BinaryIO, base: int) -> Iterator[Partition]:
    at = base
    for number in range(CHAIN):
        raw = os.pread(stream.fileno(), SECTOR, at * SECTOR)
        if len(raw) < SECTOR or raw[510:] != b"\x55\xaa":
            return
        kind, (start, count) = raw[450], struct.unpack_from("<2I", raw, 454)
        if kind and start and count:
            name = f"partition {number + 5} ({kind:#04x})"
            place = f"offset {at * SECTOR + 446}"
            yield Partition(name, (at + start) * SECTOR, count * SECTOR, place)
        onwards = struct.unpack_from("<I", raw, 470)[0]
        if not raw[466] or base + onwards <= at:  # a chain that runs back is a ring
            return
        at = base + onwards


def _guid(stream: BinaryIO) -> Iterator[Partition | Partly | Defect]:
    head = os.pread(stream.fileno(), SECTOR, SECTOR)
    if head[:8] != b"EFI PART":
        yield Partly("the table that the first sector announces is not there", SECTOR)
        return
    length = min(max(struct.unpack_from("<I", head, 12)[0], 92), SECTOR)
    if zlib.crc32(head[:16] + bytes(4) + head[20:length]) != struct.unpack_from("<I", head, 16)[0]:
        yield Defect("GPT: the header's checksum", "it does not match", f"offset {SECTOR + 16}")
    table, count, size = struct.unpack_from("<Q2I", head, 72)
    if not 128 <= size <= 4096 or table >= 1 << 50:
        yield Partly("the table of partitions is damaged", SECTOR + 72)
        return
    for number in range(min(count, PARTITIONS)):
        at = table * SECTOR + number * size
        raw = os.pread(stream.fileno(), 128, at)
        if len(raw) < 128 or not any(raw[:16]):
            continue
        first, last = struct.unpack_from("<2Q", raw, 32)
        named = shown(raw[56:128].decode("utf-16-le", "replace").partition("\0")[0])
        name = f"partition {number + 1}" + (f" ({named.replace('/', '_')})" if named else "")
        if first <= last < 1 << 50:
            yield Partition(name, first * SECTOR, (last - first + 1) * SECTOR, f"offset {at}")
