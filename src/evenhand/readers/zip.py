"""Zip archives (jar, wheel, apk, egg, conda, xpi …): members go back to the pipeline.

The central directory is walked entry by entry, so that neither its size nor a name in it that is
no text can stop the reading. An entry that shares bytes with an earlier one is not expanded: that
is how a few kilobytes become petabytes.

Spec: PKWARE APPNOTE 6.3.10; Info-ZIP extra field 0x5455.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.expansion import Damaged, Deflated, Expander, Stored, ZipLzma, Zstd, bzip2, xz
from evenhand.facts.defect import Defect
from evenhand.facts.file import File
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"magic": ((0, "504b0304"), (0, "504b0506"))}
EMITS = ("file", "defect")
CANNOT_SEE = {
    "file": "what encrypted members hold; members that the central directory does not name",
}

PIECE = 1 << 16
LINK_BYTES = 4096  # PATH_MAX: a longer target is none
END = struct.Struct("<4s4H2LH")  # APPNOTE 4.3.16
END64_AT = struct.Struct("<4sLQL")  # 4.3.15
END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
STORED, DEFLATED, BZIP2, LZMA, ZSTD, XZ = 0, 8, 12, 14, 93, 95  # 4.4.5
ENCRYPTED, STREAMED, UTF8 = 1 << 0, 1 << 3, 1 << 11  # 4.4.4


@dataclass(frozen=True)
class Entry:
    """What the directory says of one member."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int  # of stat(2); 0 where none is stated
    offset: int  # of its local header
    modified: datetime | None
    outside: bool  # its name leaves the archive


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, in the directory's order."""
    with artefact.open() as stream:
        found = _end(stream, artefact.size_bytes)
        if found is None:
            yield from _without_directory(stream, artefact.size_bytes)
            return
        start, length, count, shift = found
        entries = _directory(stream, start, length, shift)
        yield from _members(stream, entries, count, start, shift)


def _members(
    stream: BinaryIO, entries: Iterator[Entry | Partly], count: int, start: int, shift: int
) -> Iterator[Item]:
    spans = _Spans()
    met = 0
    for entry in entries:
        if isinstance(entry, Partly):
            yield entry
            continue
        met += 1
        yield from _member(stream, entry, spans, start + shift)
    if met != count & 0xFFFF and met != count:
        yield Partly(f"the directory announces {count} members, {met} were found", start)


def _member(stream: BinaryIO, entry: Entry, spans: _Spans, limit: int) -> Iterator[Item]:
    kind = _kind(entry)
    target = None
    problems: list[Partly] = []
    begin = _begin(stream, entry)
    readable = begin is not None and entry.method in EXPANDERS and not entry.flags & ENCRYPTED
    if kind == "link" and readable and begin is not None and entry.size <= LINK_BYTES:
        target = shown(b"".join(_content(stream, entry, begin, problems)))
    place = f"offset {entry.offset}"
    mode = stat.S_IMODE(entry.mode) if entry.mode else None
    yield File(entry.name, kind, place, entry.size, mode, None, target, entry.modified)
    if entry.outside:
        yield Defect("member name leaves the archive", entry.name, place)
    if kind == "file":
        refusal = _refusal(entry, begin, spans, limit)
        if refusal:
            yield Partly(f"{entry.name}: {refusal}", entry.offset)
        elif begin is not None:
            yield Child(entry.name, _content(stream, entry, begin, problems))
    yield from problems


def leaves(name: bytes) -> bool:
    """True where a name, taken as a path, would lie outside the folder it is unpacked into."""
    plain = name.replace(b"\\", b"/")
    return plain.startswith(b"/") or b".." in plain.split(b"/") or plain[1:3] == b":/"


def _refusal(entry: Entry, begin: int | None, spans: _Spans, limit: int) -> str:
    if begin is None:
        return "no local header where the directory says, not read"
    if entry.flags & ENCRYPTED:
        return "encrypted, not read"
    if entry.method not in EXPANDERS:
        return f"compression method {entry.method} is not known, not read"
    if begin + entry.packed > limit:
        return "reaches into the directory or beyond the end, not read"
    if not spans.claim(entry.offset, begin + entry.packed):
        return "overlaps another member, not read"
    return ""


class _Spans:
    """Stretches of the file that members have claimed; memory grows with the members only."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def claim(self, start: int, end: int) -> bool:
        """Claim start..end; False where it shares a byte with an earlier claim."""
        at = bisect_right(self._starts, start)
        if at and self._ends[at - 1] > start:
            return False
        if at < len(self._starts) and self._starts[at] < end:
            return False
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True


def _end(stream: BinaryIO, size: int) -> tuple[int, int, int, int] | None:
    """Start, length and member count of the directory, and how far everything is shifted."""
    tail_at = max(0, size - 65535 - END.size)
    tail = os.pread(stream.fileno(), size - tail_at, tail_at)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        return None
    _, disk, _, _, count, length, start, _ = END.unpack_from(tail, at)
    end = tail_at + at
    if 0xFFFFFFFF in (length, start) or count == 0xFFFF:
        found = _end64(stream, end - END64_AT.size)
        if found is not None:
            start, length, count, end = found
    elif disk not in (0, 0xFFFF):
        raise Unreadable("one part of an archive in several parts", end)
    shift = end - length - start  # bytes in front of the archive (self-extracting, say)
    if shift < 0:
        raise Unreadable("the directory does not lie where the end record says", end)
    return start, length, count, shift


def _end64(stream: BinaryIO, at: int) -> tuple[int, int, int, int] | None:
    raw = os.pread(stream.fileno(), END64_AT.size, max(0, at))
    if at < 0 or not raw.startswith(b"PK\x06\x07"):
        return None
    place = END64_AT.unpack(raw)[2]
    for where in (place, at - END64.size):  # as stated, or right before its locator
        if not 0 <= where < 1 << 62:
            continue
        record = os.pread(stream.fileno(), END64.size, where)
        if record.startswith(b"PK\x06\x06") and len(record) == END64.size:
            _, _, _, _, _, _, _, count, length, start = END64.unpack(record)
            return start, length, count, where
    return None


def _directory(stream: BinaryIO, start: int, length: int, shift: int) -> Iterator[Entry | Partly]:
    at, end = start + shift, start + shift + length
    while at < end:
        fixed = os.pread(stream.fileno(), CENTRAL.size, at)
        if len(fixed) < CENTRAL.size or not fixed.startswith(b"PK\x01\x02"):
            yield Partly("the directory is damaged: its further members were not read", at)
            return
        fields = CENTRAL.unpack(fixed)
        name_length, extra_length, note_length = fields[10:13]
        rest = os.pread(stream.fileno(), name_length + extra_length, at + CENTRAL.size)
        yield _entry(fields, rest[:name_length], rest[name_length:], shift)
        at += CENTRAL.size + name_length + extra_length + note_length


def _entry(fields: tuple[int, ...], raw_name: bytes, extra: bytes, shift: int) -> Entry:
    flags, method, crc, packed, size = fields[3], fields[4], *fields[7:10]
    offset, modified = fields[16], None
    for kind, value in _extras(extra):
        if kind == 0x0001:  # zip64: eight bytes for each field that is all ones, in this order
            wide = iter(struct.unpack_from(f"<{len(value) // 8}Q", value))
            size = next(wide, size) if size == 0xFFFFFFFF else size
            packed = next(wide, packed) if packed == 0xFFFFFFFF else packed
            offset = next(wide, offset) if offset == 0xFFFFFFFF else offset
        elif kind == 0x5455 and len(value) >= 5 and value[0] & 1:
            modified = datetime.fromtimestamp(struct.unpack_from("<l", value, 1)[0], UTC)
    unix = fields[1] >> 8 == 3  # 4.4.2: made on Unix, so the upper half is st_mode
    mode = fields[15] >> 16 if unix else 0
    return Entry(
        _name(raw_name),
        flags,
        method,
        crc,
        packed,
        size,
        mode,
        offset + shift,
        modified,
        leaves(raw_name),
    )


def _name(raw: bytes) -> str:
    """Text as it is, whatever the flag says of its encoding; other bytes as `\\xNN`."""
    return shown(raw.replace(b"\0", b"\\x00"))


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _kind(entry: Entry) -> str:
    if entry.name.endswith("/"):
        return "directory"
    form = stat.S_IFMT(entry.mode)
    kinds = {stat.S_IFLNK: "link", stat.S_IFDIR: "directory", stat.S_IFIFO: "fifo"}
    if form in (stat.S_IFBLK, stat.S_IFCHR):
        return "device"
    return kinds.get(form, "file")


def _begin(stream: BinaryIO, entry: Entry) -> int | None:
    """Offset of the member's packed bytes, None where there is no local header."""
    if entry.offset >= 1 << 62:
        return None
    raw = os.pread(stream.fileno(), LOCAL.size, entry.offset)
    if len(raw) < LOCAL.size or not raw.startswith(b"PK\x03\x04"):
        return None
    name_length, extra_length = LOCAL.unpack(raw)[-2:]
    begin: int = entry.offset + LOCAL.size + name_length + extra_length
    return begin


def _content(stream: BinaryIO, entry: Entry, begin: int, problems: list[Partly]) -> Iterator[bytes]:
    """The member's bytes; what goes wrong is added to `problems`, never raised."""
    crc, length, at, end = 0, 0, begin, begin + entry.packed
    try:
        expander = EXPANDERS[entry.method]()
        while at < end and not expander.eof:
            packed = os.pread(stream.fileno(), min(PIECE, end - at), at)
            if not packed:
                raise Damaged("the archive ends inside it")
            at += len(packed)
            for piece in expander.feed(packed):
                crc, length = zlib.crc32(piece, crc), length + len(piece)
                yield piece
        if crc != entry.crc:
            raise Damaged("its checksum does not match")
        if length != entry.size:
            raise Damaged(f"{length} bytes where the directory says {entry.size}")
    except (Damaged, OSError) as error:
        problems.append(Partly(f"{entry.name}: {error}", at))


EXPANDERS: dict[int, Callable[[], Expander]] = {
    STORED: Stored,
    DEFLATED: lambda: Deflated(gzip=False),
    BZIP2: bzip2,
    LZMA: ZipLzma,
    ZSTD: Zstd,
    XZ: xz,
}


def _without_directory(stream: BinaryIO, size: int) -> Iterator[Item]:
    """A cut-off archive: its members one after the other, from their local headers."""
    at, met = 0, 0
    spans = _Spans()
    while True:
        raw = os.pread(stream.fileno(), LOCAL.size, at)
        if len(raw) < LOCAL.size or not raw.startswith(b"PK\x03\x04"):
            break
        met += 1
        _, _, flags, method, _, _, crc, packed, length, name_length, extra_length = LOCAL.unpack(
            raw
        )
        raw_name = os.pread(stream.fileno(), name_length, at + LOCAL.size)
        name, outside = _name(raw_name), leaves(raw_name)
        entry = Entry(name, flags, method, crc, packed, length, 0, at, None, outside)
        begin = at + LOCAL.size + name_length + extra_length
        if flags & STREAMED or packed == 0xFFFFFFFF or begin + packed > size:
            break
        yield from _member(stream, entry, spans, size)
        at = begin + packed
    if not met:
        raise NotThisFormat("no directory and no member: no zip archive")
    raise Unreadable("no directory at the end (cut off?): members from here on were not read", at)
