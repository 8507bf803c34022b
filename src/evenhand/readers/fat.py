"""FAT file systems (FAT12, FAT16, FAT32): boot partitions, cards and sticks.

Spec: Microsoft FAT specification 1.03 (FAT: General Overview of On-Disk Format), long names.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.volume.entry import DEPTH, Entry, joined, members, usable
from evenhand.volume.span import after, stretch

VERSION = "1"
RECOGNISES = {"magic": ((54, "4641543132"), (54, "4641543136"), (82, "4641543332"))}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "files that were deleted; rights, which the format does not have"}

READ_ONLY, VOLUME, FOLDER, LONG = 0x01, 0x08, 0x10, 0x0F
FOLDER_BYTES = 1 << 21  # a folder has at most 65,536 entries
CLUSTERS = 1 << 24  # in one chain that is followed


class Volume(NamedTuple):
    """What the boot sector says."""

    bits: int
    cluster: int  # bytes
    fat: int  # offset of the first table
    fat_bytes: int
    root: int  # offset of the root folder, or its first cluster in FAT32
    root_bytes: int
    data: int  # offset of cluster 2
    clusters: int
    end: int


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per file, folder by folder."""
    with artefact.open() as stream:
        volume = _volume(stream.read(512))
        tree = Tree(stream, volume, artefact.size_bytes)
        yield from members(tree.entries())
        if volume.end > artefact.size_bytes:
            yield Partly(f"cut off: the file system has {volume.end} bytes", artefact.size_bytes)
        yield from after(stream, volume.end, artefact.size_bytes, "the file system")


def _volume(raw: bytes) -> Volume:
    if len(raw) < 512:
        raise NotThisFormat("no boot sector")
    sector, per, reserved, fats, root, small, _, fat16 = struct.unpack_from("<HBHBHHBH", raw, 11)
    large, fat32 = struct.unpack_from("<I", raw, 32)[0], struct.unpack_from("<I", raw, 36)[0]
    good = sector in (512, 1024, 2048, 4096) and per and per & (per - 1) == 0
    if not good or not reserved or not 1 <= fats <= 4 or not (fat16 or fat32):
        raise NotThisFormat("no numbers that a boot sector may have")
    fat_bytes = (fat16 or fat32) * sector
    root_at = reserved * sector + fats * fat_bytes
    data = root_at + -(-root * 32 // sector) * sector
    end = (small or large) * sector
    count = max(0, (end - data) // (sector * per))
    bits = 12 if count < 4085 else 16 if count < 65525 else 32
    if not fat16:
        bits, root_at = 32, struct.unpack_from("<I", raw, 44)[0]
    return Volume(
        bits, sector * per, reserved * sector, fat_bytes, root_at, root * 32, data, count, end
    )


class Tree:
    """The folders and files of a volume."""

    def __init__(self, stream: BinaryIO, volume: Volume, size: int) -> None:
        self._stream, self._of, self._size = stream, volume, size

    def _next(self, cluster: int) -> int:
        """The cluster after one; 0 at the end of a chain, or where it is broken."""
        bits = self._of.bits
        at = cluster * bits // 8
        if at + 4 > self._of.fat_bytes + 2:
            return 0
        raw = os.pread(self._stream.fileno(), 4, self._of.fat + at).ljust(4, b"\0")
        found = int.from_bytes(raw, "little")
        if bits == 12:
            found = (found >> (4 * (cluster & 1))) & 0xFFF
        found &= {12: 0xFFF, 16: 0xFFFF, 32: 0xFFFFFFF}[bits]
        return found if 2 <= found < self._of.clusters + 2 else 0

    def _chain(self, cluster: int, length: int) -> Iterator[bytes]:
        """The bytes of a chain of clusters; neighbours are read at once."""
        left, steps = length, 0
        while left > 0:
            if not 2 <= cluster < self._of.clusters + 2 or steps > CLUSTERS:
                raise Unreadable("a chain of clusters ends before its file")
            first, run = cluster, 1
            while run * self._of.cluster < left:
                steps += 1
                following = self._next(cluster)
                if following != cluster + 1:
                    break
                cluster, run = following, run + 1
            take = min(left, run * self._of.cluster)
            at = self._of.data + (first - 2) * self._of.cluster
            if at + take > self._size:
                yield from stretch(self._stream, at, take)
                raise Unreadable("cut off inside a file", self._size)
            yield from stretch(self._stream, at, take)
            left, cluster = left - take, self._next(cluster)

    def _folder(self, cluster: int) -> bytes:
        """A folder's entries, as far as its chain leads."""
        if cluster == 0 and self._of.bits != 32:
            return os.pread(self._stream.fileno(), self._of.root_bytes, self._of.root)
        made, seen = bytearray(), set[int]()
        cluster = cluster or self._of.root
        while 2 <= cluster < self._of.clusters + 2 and cluster not in seen:
            seen.add(cluster)
            at = self._of.data + (cluster - 2) * self._of.cluster
            made += os.pread(self._stream.fileno(), self._of.cluster, at)
            if len(made) >= FOLDER_BYTES:
                break
            cluster = self._next(cluster)
        return bytes(made)

    def entries(self) -> Iterator[Entry | Partly]:
        """Every entry; each folder once."""
        waiting, seen = [(b"", 0, 0)], set[int]()
        while waiting:
            path, cluster, depth = waiting.pop()
            if cluster in seen:
                yield Partly("a folder that lies in itself, or in two places")
                continue
            seen.add(cluster)
            deeper = []
            for number, raw, name in _names(self._folder(cluster)):
                first = int.from_bytes(raw[26:28], "little")
                if self._of.bits == 32:
                    first |= (int.from_bytes(raw[20:22], "little") & 0xFFF) << 16
                below = joined(path, name)
                yield self._entry(below, raw, first, f"cluster {cluster}, entry {number}")
                if raw[11] & FOLDER and depth < DEPTH and first:
                    deeper.append((below, first, depth + 1))
            waiting += reversed(deeper)

    def _entry(self, path: bytes, raw: bytes, first: int, place: str) -> Entry:
        folder, size = bool(raw[11] & FOLDER), int.from_bytes(raw[28:32], "little")
        mode = (stat.S_IFDIR if folder else stat.S_IFREG) | (
            0o555 if raw[11] & READ_ONLY else 0o755
        )
        return Entry(
            path, mode, 0 if folder else size, place, None, None, _moment(raw),
            lambda: self._chain(first, size),
        )  # fmt: skip


def _names(folder: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, entry and name of what a folder holds; long names before short ones."""
    long: dict[int, bytes] = {}
    for number in range(len(folder) // 32):
        raw = folder[number * 32 : number * 32 + 32]
        if raw[0] == 0:
            return
        if raw[11] & 0x3F == LONG:
            if raw[0] & 0x40:
                long = {}
            long[raw[0] & 0x3F] = raw[1:11] + raw[14:26] + raw[28:32]
            continue
        told, long = long, {}
        if raw[0] == 0xE5 or raw[11] & VOLUME:
            continue
        name = b"".join(told[k] for k in sorted(told)).decode("utf-16-le", "replace")
        name = name.partition("\0")[0].rstrip("\uffff")
        short = raw[:1].replace(b"\x05", b"\xe5") + raw[1:11]
        stem, end = (part.decode("cp437").rstrip(" ") for part in (short[:8], short[8:]))
        stem = stem.lower() if raw[12] & 0x08 else stem  # as the system that wrote it says
        end = end.lower() if raw[12] & 0x10 else end
        chosen = (name or (f"{stem}.{end}" if end else stem)).encode()
        if usable(chosen):
            yield number, raw, chosen


def _moment(raw: bytes) -> int | None:
    """Seconds since 1970, as if the clock were UTC: the format has no zone."""
    time, day = struct.unpack_from("<HH", raw, 22)
    try:
        made = datetime(
            1980 + (day >> 9), day >> 5 & 15, day & 31, time >> 11, time >> 5 & 63,
            min(59, (time & 31) * 2), tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None
    return int(made.timestamp())
