"""Tar archives: regular files go back to the pipeline; links and devices are facts, never made.

Headers are read one by one, each bounded; names of any kind are text only.

Spec: POSIX.1-2017 pax (ustar and pax formats), GNU tar manual (long names, sparse files).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.defect import Defect
from evenhand.facts.file import File
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"magic": ((257, "7573746172"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "archives older than ustar (1988), which carry no sign of their format"}

BLOCK = 512
PIECE = 1 << 16
EXTENSION_BYTES = 1 << 20  # longest pax header or long name that is read
SPARSE_PARTS = 1 << 16  # most stretches of one sparse file
KINDS = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",
    b"S": "file",
    b"1": "hard link",
    b"2": "link",
    b"3": "device",
    b"4": "device",
    b"5": "directory",
    b"D": "directory",
    b"6": "fifo",
}
Parts = tuple[tuple[int, int], ...]  # stretches of a sparse file that hold data: offset, length


@dataclass(frozen=True)
class Entry:
    """One member, as its headers say."""

    name: str
    type: bytes
    size: int  # bytes of data in the archive
    mode: int | None
    owner: str | None
    target: str | None
    modified: datetime | None
    begin: int  # offset of its data
    length: int  # of the file; more than `size` where it is sparse
    parts: Parts | None = None


@dataclass
class _Extended:
    """What the headers in front of a member's own say about it."""

    name: bytes | None = None
    target: bytes | None = None
    records: dict[bytes, bytes] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per member and a Child per regular file, in the archive's order."""
    with artefact.open() as stream:
        rooted = None
        for entry in _entries(stream, artefact.size_bytes):
            if not isinstance(entry, Entry):
                yield entry
                continue
            if rooted is None:
                rooted = entry.name in (".", "./")
            yield from _member(stream, entry, artefact.size_bytes, rooted)


def _member(stream: BinaryIO, entry: Entry, limit: int, rooted: bool) -> Iterator[Item]:
    kind = KINDS.get(entry.type, "other")
    if entry.name.endswith("/") and kind == "file":
        kind = "directory"  # as tar wrote them before ustar
    place = f"offset {entry.begin - BLOCK}"
    yield File(
        entry.name,
        kind,
        place,
        entry.length,
        entry.mode,
        entry.owner,
        entry.target,
        entry.modified,
    )
    if leaves(entry.name):
        yield Defect("member name leaves the archive", entry.name, place)
    if entry.target is not None and _points_out(entry, kind, rooted):
        yield Defect("link leaves the archive", f"{entry.name} -> {entry.target}", place)
    if kind == "other":
        yield Partly(f"{entry.name}: member type {shown(entry.type)} is not known", entry.begin)
    elif kind == "file":
        yield Child(entry.name, _content(stream, entry))
    if entry.begin + entry.size > limit:
        raise Unreadable(f"cut off inside the member {entry.name}", limit)


def leaves(name: str) -> bool:
    """True where a name, taken as a path, would lie outside the folder it is unpacked into."""
    return name.startswith("/") or ".." in name.split("/")


def _points_out(entry: Entry, kind: str, rooted: bool) -> bool:
    """True for a link to outside; in the image of a file system `/` is its own root."""
    target = entry.target or ""
    if target.startswith("/"):
        return not (rooted and kind == "link")
    start = posixpath.dirname(entry.name.strip("/")) if kind == "link" else ""
    return posixpath.normpath(posixpath.join(start, target)).startswith("..")


def _entries(stream: BinaryIO, limit: int) -> Iterator[Entry | Partly | Defect]:
    at, met = 0, 0
    extended, everywhere = _Extended(), dict[bytes, bytes]()
    while at < limit:
        block = os.pread(stream.fileno(), BLOCK, at)
        if len(block) < BLOCK:
            raise Unreadable("cut off inside a header", at)
        if not any(block):
            yield from _after_the_end(stream, at)
            return
        if not _sum_holds(block):
            if not met:
                raise NotThisFormat("the first header has a wrong checksum: no tar archive")
            raise Unreadable("a header has a wrong checksum: members from here were not read", at)
        kind, size = block[156:157], _number(block[124:136])
        if size is None or size < 0:
            raise Unreadable("a header states no size", at)
        at += BLOCK
        if kind in b"LKxgX":
            problem = _extend(stream, kind, at, size, extended, everywhere)
            if problem:
                yield Partly(problem, at)
            at += _padded(size)
            continue
        met += 1
        entry, after = _entry(stream, block, at, extended, everywhere)
        extended = _Extended()
        if kind == b"V":  # a label of the volume
            continue
        yield entry
        at = after
    if at > limit + BLOCK:
        raise Unreadable("cut off: the last header speaks of more than there is", limit)
    yield Defect("an archive ends with two zero blocks", "no end mark", f"offset {limit}")


def _after_the_end(stream: BinaryIO, at: int) -> Iterator[Partly]:
    """Say so where something follows the end mark: programs differ in whether they see it."""
    rest = os.pread(stream.fileno(), PIECE, at)
    if any(rest):
        yield Partly(
            "what follows the end mark was not read", at + len(rest) - len(rest.lstrip(b"\0"))
        )


def _extend(
    stream: BinaryIO,
    kind: bytes,
    at: int,
    size: int,
    extended: _Extended,
    everywhere: dict[bytes, bytes],
) -> str:
    """Take in a header that speaks of the next member; what is wrong with it, or nothing."""
    if size > EXTENSION_BYTES:
        return f"an extended header of {size} bytes was not read"
    data = os.pread(stream.fileno(), size, at)
    if kind == b"L":
        extended.name = data.split(b"\0", 1)[0]
    elif kind == b"K":
        extended.target = data.split(b"\0", 1)[0]
    else:
        return _records(data, everywhere if kind == b"g" else extended.records, extended.parts)
    return ""


def _records(data: bytes, records: dict[bytes, bytes], parts: list[int]) -> str:
    """Records `length key=value\\n` of a pax header."""
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 20)
        digits = data[at:blank] if blank > at else b""
        length = int(digits) if digits.isdigit() else 0
        key, mark, value = data[blank + 1 : at + length - 1].partition(b"=")
        if not mark or length < 5 or at + length > len(data):
            return "an extended header is damaged" if any(data[at:]) else ""
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes") and value.isdigit():
            if len(parts) < 2 * SPARSE_PARTS:
                parts.append(int(value[:20]))
        else:
            records[key] = value
        at += length
    return ""


def _entry(
    stream: BinaryIO, block: bytes, at: int, extended: _Extended, everywhere: dict[bytes, bytes]
) -> tuple[Entry, int]:
    """The member whose header is `block`, its data at `at`; and where the next header is."""
    said = everywhere | extended.records
    name = extended.name or _text(block[0:100])
    posix = block[257:263] == b"ustar\0"
    if posix and extended.name is None and (prefix := _text(block[345:500])):
        name = prefix + b"/" + name
    name = said.get(b"GNU.sparse.name") or said.get(b"path") or name
    size = _decimal(said.get(b"size"))
    size = _number(block[124:136]) or 0 if size is None else size
    kind = block[156:157]
    target = said.get(b"linkpath") or extended.target or _text(block[157:257])
    entry = Entry(
        name=shown(name),
        type=kind,
        size=0 if kind in b"123456" else size,
        mode=_permissions(block),
        owner=shown(said.get(b"uname") or _text(block[265:297])) or _owner_number(block, said),
        target=shown(target) if kind in (b"1", b"2") else None,
        modified=_time(said.get(b"mtime"), block),
        begin=at,
        length=size,
    )
    after = at + _padded(entry.size)
    if kind == b"S" and not posix:
        return _old_sparse(stream, block, entry)
    if b"GNU.sparse.major" in said or b"GNU.sparse.map" in said or extended.parts:
        entry = _pax_sparse(stream, entry, said, extended.parts)
    return entry, after


def _old_sparse(stream: BinaryIO, block: bytes, entry: Entry) -> tuple[Entry, int]:
    """GNU's own sparse format: the map stands in the header and in blocks after it."""
    numbers = [_number(block[i : i + 12]) for i in range(386, 482, 12)]
    more, at = block[482], entry.begin
    while more and len(numbers) < 2 * SPARSE_PARTS:
        extra = os.pread(stream.fileno(), BLOCK, at)
        if len(extra) < BLOCK:
            break
        numbers += [_number(extra[i : i + 12]) for i in range(0, 504, 12)]
        more, at = extra[504], at + BLOCK
    length = _number(block[483:495]) or 0
    parts = _in_order([n or 0 for n in numbers], length)
    return replace(entry, begin=at, length=length, parts=parts), at + _padded(entry.size)


def _pax_sparse(
    stream: BinaryIO, entry: Entry, said: dict[bytes, bytes], listed: list[int]
) -> Entry:
    """The three sparse formats of pax headers: 0.0 and 0.1 in the header, 1.0 in the data."""
    length = _decimal(said.get(b"GNU.sparse.realsize") or said.get(b"GNU.sparse.size")) or 0
    begin, size = entry.begin, entry.size
    if said.get(b"GNU.sparse.major") == b"1":
        data = os.pread(stream.fileno(), min(size, EXTENSION_BYTES), begin)
        numbers, used = _map_in_data(data)
        begin, size = begin + used, size - used
    elif b"GNU.sparse.map" in said:
        numbers = [_decimal(n) or 0 for n in said[b"GNU.sparse.map"].split(b",")]
    else:
        numbers = listed
    return replace(
        entry, begin=begin, size=max(0, size), length=length, parts=_in_order(numbers, length)
    )


def _map_in_data(data: bytes) -> tuple[list[int], int]:
    """Sparse format 1.0: decimal numbers, one a line, filled up to a block."""
    first, _, _ = data.partition(b"\n")
    count = min(2 * (_decimal(first) or 0), 2 * SPARSE_PARTS)
    lines = data.split(b"\n", count + 1)[: count + 1]
    used = sum(len(line) + 1 for line in lines)
    return [_decimal(line) or 0 for line in lines[1:]], min(_padded(used), _padded(len(data)))


def _in_order(numbers: list[int], length: int) -> Parts:
    """Pairs of offset and length that lie one after the other inside the file; others fall out."""
    parts, end = [], 0
    for offset, count in zip(numbers[::2], numbers[1::2], strict=False):
        if count > 0 and offset >= end and offset + count <= length:
            parts.append((offset, count))
            end = offset + count
    return tuple(parts)


def _content(stream: BinaryIO, entry: Entry) -> Iterator[bytes]:
    if entry.parts is None:
        yield from _stretch(stream, entry.begin, entry.size)
        return
    at, place = entry.begin, 0
    for offset, count in (*entry.parts, (entry.length, 0)):
        while place < offset:
            hole = min(PIECE, offset - place)
            yield bytes(hole)
            place += hole
        yield from _stretch(stream, at, count)
        at, place = at + count, place + count


def _stretch(stream: BinaryIO, at: int, count: int) -> Iterator[bytes]:
    while count > 0:
        data = os.pread(stream.fileno(), min(PIECE, count), at)
        if not data:
            return  # cut off; the reader says so
        yield data
        at, count = at + len(data), count - len(data)


def _sum_holds(block: bytes) -> bool:
    """The checksum, of unsigned bytes as POSIX has it or signed ones as some wrote it."""
    stated = _number(block[148:156])
    blank = block[:148] + b" " * 8 + block[156:]
    return stated in (sum(blank), sum(b - 256 if b > 127 else b for b in blank))


def _number(raw: bytes) -> int | None:
    """Octal digits, or base 256 where the first bit is set (GNU)."""
    if raw[0] == 0x80:
        return int.from_bytes(raw[1:], "big")
    if raw[0] == 0xFF:
        return int.from_bytes(raw, "big", signed=True)
    digits = raw.split(b"\0", 1)[0].strip()
    try:
        return int(digits or b"0", 8)
    except ValueError:
        return None


def _decimal(raw: bytes | None) -> int | None:
    return int(raw) if raw is not None and raw.isdigit() and len(raw) < 20 else None


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _text(raw: bytes) -> bytes:
    return raw.split(b"\0", 1)[0]


def _permissions(block: bytes) -> int | None:
    mode = _number(block[100:108])
    return None if mode is None or mode < 0 else mode & 0o7777


def _owner_number(block: bytes, said: dict[bytes, bytes]) -> str | None:
    number = _decimal(said.get(b"uid"))
    number = _number(block[108:116]) if number is None else number
    return None if number is None else str(number)


def _time(stated: bytes | None, block: bytes) -> datetime | None:
    try:
        seconds = int(float(stated)) if stated else _number(block[136:148])
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
