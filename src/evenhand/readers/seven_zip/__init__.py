"""7z archives: members in the order in which they are packed.

Spec: 7-Zip DOC/7zFormat.txt and DOC/Methods.txt (23.01).
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.expansion import Damaged
from evenhand.readers import Item, Partly
from evenhand.readers.seven_zip.coder import stages
from evenhand.readers.seven_zip.header import Archive, Folder, Member, archive, folders
from evenhand.volume.entry import TARGET_BYTES, Entry, members
from evenhand.volume.span import stretch

VERSION = "1"
RECOGNISES = {"magic": ((0, "377abcaf271c"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "what encrypted members hold; owners, which the format does not have"}

START = 32
HEADER_BYTES = 64 << 20
UNIX = 0x8000  # attribute: the upper half is st_mode
FOLDER_ATTRIBUTE = 0x10
WRAPPINGS = 4  # headers packed in headers


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per member and a Child per file; what cannot be unpacked is named."""
    with artefact.open() as stream:
        head = stream.read(START)
        if len(head) < START:
            raise NotThisFormat("no header")
        if zlib.crc32(head[12:]) != int.from_bytes(head[8:12], "little"):
            raise Unreadable("the start header's checksum does not match", 8)
        offset, length = (int.from_bytes(head[i : i + 8], "little") for i in (12, 20))
        if not length:
            return
        raw = _header(stream, START + offset, length, artefact.size_bytes)
        yield from members(_entries(stream, archive(raw)))


def _header(stream: BinaryIO, at: int, length: int, size: int) -> bytes:
    """The header, unpacked where it is packed itself."""
    if length > HEADER_BYTES or at + length > size:
        raise Unreadable("cut off: the header lies beyond the end", size)
    raw = os.pread(stream.fileno(), length, at)
    for _ in range(WRAPPINGS):
        if raw[:1] != b"\x17":
            break
        (packed,) = folders(raw)[:1] or (None,)
        if packed is None or packed.unpacked > HEADER_BYTES:
            raise Unreadable("the header is damaged", at)
        try:
            raw = b"".join(_unpacked(stream, packed))
        except Damaged as error:
            raise Unreadable(f"the header cannot be unpacked: {error}", at) from None
    return raw


def _unpacked(stream: BinaryIO, folder: Folder) -> Iterator[bytes]:
    """What a folder's coders give, at most what it states; raises `Damaged`."""
    chain, left = stages(folder), folder.unpacked
    pieces: Iterator[bytes] = stretch(stream, folder.begin, folder.packed)
    for stage in chain:
        pieces = stage(pieces)
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
    if left:
        raise Damaged("the data end too early")


class _Solid:
    """The unpacked bytes of a folder, which its members share one after the other."""

    def __init__(self, stream: BinaryIO, folder: Folder) -> None:
        self._pieces, self._held, self._at = _unpacked(stream, folder), b"", 0

    def take(self, start: int, size: int, crc: int | None) -> Iterator[bytes]:
        """The bytes of one member; raises `Unreadable` where they cannot be had."""
        total, left = 0, size
        try:
            while self._at < start:
                self._next(start - self._at)
            while left:
                piece = self._next(left)
                total, left = zlib.crc32(piece, total), left - len(piece)
                yield piece
        except Damaged as error:
            raise Unreadable(str(error)) from None
        if crc is not None and crc != total:
            raise Unreadable("its checksum does not match")

    def _next(self, most: int) -> bytes:
        while not self._held:
            found = next(self._pieces, None)
            if found is None:
                raise Damaged("the data end too early")
            self._held = found
        piece, self._held = self._held[:most], self._held[most:]
        self._at += len(piece)
        return piece


def _entries(stream: BinaryIO, found: Archive) -> Iterator[Entry | Partly]:
    streams = iter(found.streams)
    solid: tuple[int, _Solid | None, str] = (-1, None, "")
    for member in found.members:
        if member.empty:
            yield _entry(member, 0, None, None)
            continue
        stored = next(streams, None)
        if stored is None:
            yield Partly(f"{member.name!r}: nothing is said of where it is packed")
            return
        if stored.folder != solid[0]:
            folder = found.folders[stored.folder]
            try:
                stages(folder)
                solid = stored.folder, _Solid(stream, folder), ""
            except Damaged as error:
                solid = stored.folder, None, str(error)
        shared = solid[1]
        yield _entry(member, stored.size, shared, (stored.start, stored.size, stored.crc))
        if shared is None:
            name = member.name.decode("utf-8", "backslashreplace")
            yield Partly(f"{name}: {solid[2]}, not read")


def _entry(
    member: Member, size: int, solid: _Solid | None, place: tuple[int, int, int | None] | None
) -> Entry:
    attributes = member.attributes or 0
    folder = member.folder or bool(attributes & FOLDER_ATTRIBUTE)
    mode = stat.S_IFDIR if folder else stat.S_IFREG
    if attributes & UNIX:
        mode = attributes >> 16
    target = None
    if stat.S_ISLNK(mode) and solid is not None and place is not None and size <= TARGET_BYTES:
        try:
            target = b"".join(solid.take(*place))
        except Unreadable:
            target = None

    def content() -> Iterator[bytes]:
        if solid is not None and place is not None:
            yield from solid.take(*place)

    readable = None if place is not None and solid is None else content
    return Entry(
        member.name, mode, size, f"member {member.number}", None, target, member.modified, readable
    )
