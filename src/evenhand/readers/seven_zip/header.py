"""7z: what the header says of folders (chains of coders), the streams in them, and members.

Spec: 7-Zip DOC/7zFormat.txt.
"""

from __future__ import annotations

from typing import NamedTuple

from evenhand.errors import Unreadable

MEMBERS, FOLDERS, CODERS, SIZE = 1_000_000, 1_000_000, 32, 1 << 50
HEADER, FILES, PACKED, UNPACK, SUBSTREAMS, SIZES, CRC, FOLDER = 1, 5, 6, 7, 8, 9, 10, 11
UNPACK_SIZES, STREAM_COUNTS, EMPTY, EMPTY_FILE, NAMES, MODIFIED, ATTRIBUTES = (
    *(12, 13, 14, 15, 17),
    *(20, 21),
)
SINCE_1601 = 11_644_473_600  # seconds from the first day of Windows' clock to 1970


class Coder(NamedTuple):
    """One method with its properties."""

    method: bytes
    properties: bytes
    inputs: int
    outputs: int


class Folder(NamedTuple):
    """A chain of coders over one packed stream."""

    coders: tuple[Coder, ...]  # from the packed data to the unpacked ones
    linear: bool  # false where streams branch or the order is another
    begin: int
    packed: int
    unpacked: int
    crc: int | None


class Stored(NamedTuple):
    """Where a member's bytes stand in a folder."""

    folder: int
    start: int
    size: int
    crc: int | None


class Member(NamedTuple):
    """What the header says of one member."""

    number: int
    name: bytes
    empty: bool  # has no stream
    folder: bool
    modified: int | None
    attributes: int | None


class Archive(NamedTuple):
    """The whole header."""

    folders: list[Folder]
    streams: list[Stored]
    members: list[Member]


class Cursor:
    """Bytes read from the front; raises `Unreadable` beyond their end."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count < 0 or self.at + count > len(self.raw):
            raise Unreadable("the header ends too early")
        self.at += count
        return self.raw[self.at - count : self.at]

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def number(self, most: int = SIZE) -> int:
        """A number: the leading ones of its first byte count the bytes after it."""
        first, value = self.byte(), 0
        for index in range(8):
            mask = 0x80 >> index
            if not first & mask:
                value |= (first & (mask - 1)) << (8 * index)
                break
            value |= self.byte() << (8 * index)
        if value > most:
            raise Unreadable(f"the header states {value} where {most} is the most")
        return value

    def bits(self, count: int) -> list[bool]:
        """A field of bits, the highest first."""
        raw = self.take(-(-count // 8))
        return [bool(raw[i // 8] & 0x80 >> i % 8) for i in range(count)]

    def defined(self, count: int) -> list[bool]:
        """Which of `count` things are there: all, or a field of bits."""
        return [True] * count if self.byte() else self.bits(count)

    def checksums(self, count: int) -> list[int | None]:
        """A checksum for each thing that has one."""
        there = self.defined(count)
        return [int.from_bytes(self.take(4), "little") if d else None for d in there]


def archive(raw: bytes) -> Archive:
    """Parse a header; raises `Unreadable`."""
    cursor = Cursor(raw)
    if cursor.byte() != HEADER:
        raise Unreadable("no header of a kind that is known")
    found = Archive([], [], [])
    while kind := cursor.byte():
        if kind == 4:
            packed, streams = _streams(cursor)
            found = Archive(packed, streams, [])
        elif kind == FILES:
            return found._replace(members=_members(cursor))
        elif kind == 2:  # properties of the archive
            while cursor.byte():
                cursor.take(cursor.number())
        else:
            raise Unreadable(f"the header holds a part {kind} that is not known")
    return found


def folders(raw: bytes) -> list[Folder]:
    """The folders of a header that is packed itself."""
    cursor = Cursor(raw)
    cursor.byte()
    return _streams(cursor)[0]


def _streams(cursor: Cursor) -> tuple[list[Folder], list[Stored]]:
    base, sizes = 0, list[int]()
    found: list[Folder] = []
    streams: list[Stored] | None = None
    while kind := cursor.byte():
        if kind == PACKED:
            base, sizes = _packed(cursor)
        elif kind == UNPACK:
            found = _folders(cursor, base, sizes)
        elif kind == SUBSTREAMS:
            streams = _substreams(cursor, found)
        else:
            raise Unreadable(f"the header holds a part {kind} that is not known")
    if streams is None:
        streams = [Stored(n, 0, f.unpacked, f.crc) for n, f in enumerate(found)]
    return found, streams


def _packed(cursor: Cursor) -> tuple[int, list[int]]:
    base, count = 32 + cursor.number(), cursor.number(FOLDERS)
    sizes: list[int] = []
    while kind := cursor.byte():
        if kind == SIZES:
            sizes = [cursor.number() for _ in range(count)]
        elif kind == CRC:
            cursor.checksums(count)
        else:
            raise Unreadable("the sizes of packed streams are damaged")
    return base, sizes


def _folders(cursor: Cursor, base: int, sizes: list[int]) -> list[Folder]:
    if cursor.byte() != FOLDER:
        raise Unreadable("the list of folders is damaged")
    count = cursor.number(FOLDERS)
    if cursor.byte():
        raise Unreadable("folders that stand outside the header are not read")
    made, outputs, streams = list[Folder](), list[tuple[int, int]](), iter(sizes)
    begin = base
    for _ in range(count):
        coders, bound, packs, main = _coders(cursor)
        taken = [next(streams, 0) for _ in range(packs)]
        linear = packs == 1 and all(c.inputs == c.outputs == 1 for c in coders)
        order = _chain(coders, bound) if linear else None
        made.append(Folder(order or (), order is not None, begin, sum(taken), 0, None))
        outputs.append((sum(c.outputs for c in coders), main))
        begin += sum(taken)
    while kind := cursor.byte():
        if kind == UNPACK_SIZES:
            for number, (total, main) in enumerate(outputs):
                unpacked = [cursor.number() for _ in range(total)]
                made[number] = made[number]._replace(unpacked=unpacked[main])
        elif kind == CRC:
            made = [f._replace(crc=c) for f, c in zip(made, cursor.checksums(count), strict=True)]
        else:
            raise Unreadable("the list of folders is damaged")
    return made


def _coders(cursor: Cursor) -> tuple[list[Coder], dict[int, int], int, int]:
    """Coders, input → output that feeds it, count of packed streams, the output that is last."""
    coders = []
    for _ in range(cursor.number(CODERS)):
        flags = cursor.byte()
        method = cursor.take(flags & 0x0F)
        inputs, outputs = 1, 1
        if flags & 0x10:
            inputs, outputs = cursor.number(CODERS), cursor.number(CODERS)
        properties = cursor.take(cursor.number(1 << 16)) if flags & 0x20 else b""
        coders.append(Coder(method, properties, inputs, outputs))
    total_in, total_out = (sum(c.inputs for c in coders), sum(c.outputs for c in coders))
    bound = {}
    for _ in range(total_out - 1):
        into = cursor.number(CODERS * CODERS)
        bound[into] = cursor.number(CODERS * CODERS)
    packs = total_in - len(bound)
    if packs < 1 or not total_out:
        raise Unreadable("a folder's coders are damaged")
    if packs > 1:
        for _ in range(packs):
            cursor.number(CODERS * CODERS)
    free = [n for n in range(total_out) if n not in bound.values()]
    return coders, bound, packs, free[0] if free else 0


def _chain(coders: list[Coder], bound: dict[int, int]) -> tuple[Coder, ...] | None:
    """Coders of one input each in the order in which data pass; None where that is none."""
    fed_by = {out: into for into, out in bound.items()}
    now = next((n for n in range(len(coders)) if n not in bound), None)
    order: list[int] = []
    while now is not None and now < len(coders) and now not in order:
        order.append(now)
        now = fed_by.get(now)
    return tuple(coders[n] for n in order) if len(order) == len(coders) else None


def _substreams(cursor: Cursor, found: list[Folder]) -> list[Stored]:
    counts = [1] * len(found)
    kind = cursor.byte()
    if kind == STREAM_COUNTS:
        counts = [cursor.number(MEMBERS) for _ in found]
        kind = cursor.byte()
    if sum(counts) > MEMBERS:
        raise Unreadable(f"more than {MEMBERS} members")
    made: list[Stored] = []
    for number, (folder, count) in enumerate(zip(found, counts, strict=True)):
        start = 0
        for index in range(count):
            last = index == count - 1
            size = folder.unpacked - start if last or kind != SIZES else cursor.number()
            if not 0 <= size <= folder.unpacked - start:
                raise Unreadable("the sizes of members do not add up")
            known = folder.crc if count == 1 else None
            made.append(Stored(number, start, size, known))
            start += size
    if kind == SIZES:
        kind = cursor.byte()
    while kind:
        if kind != CRC:
            raise Unreadable("the list of streams is damaged")
        open_ones = [n for n, s in enumerate(made) if s.crc is None]
        for n, crc in zip(open_ones, cursor.checksums(len(open_ones)), strict=True):
            made[n] = made[n]._replace(crc=crc)
        kind = cursor.byte()
    return made


def _members(cursor: Cursor) -> list[Member]:
    count = cursor.number(MEMBERS)
    names: list[bytes] = [b""] * count
    empty, empty_file = [False] * count, list[bool]()
    modified: list[int | None] = [None] * count
    attributes: list[int | None] = [None] * count
    while kind := cursor.byte():
        part = Cursor(cursor.take(cursor.number()))
        if kind == EMPTY:
            empty = part.bits(count)
        elif kind == EMPTY_FILE:
            empty_file = part.bits(sum(empty))
        elif kind == NAMES and not part.byte():
            found = part.raw[1:].decode("utf-16-le", "surrogatepass").split("\0")
            named = [n.encode("utf-8", "backslashreplace") for n in found[:count]]
            names[: len(named)] = named
        elif kind == MODIFIED:
            modified = [_seconds(v) for v in _values(part, count, 8)]
        elif kind == ATTRIBUTES:
            attributes = _values(part, count, 4)
    files = iter(empty_file)
    folder = [e and not next(files, False) for e in empty]
    return [
        Member(n, names[n], empty[n], folder[n], modified[n], attributes[n]) for n in range(count)
    ]


def _values(part: Cursor, count: int, width: int) -> list[int | None]:
    there = part.defined(count)
    if part.byte():
        raise Unreadable("properties that stand outside the header are not read")
    return [int.from_bytes(part.take(width), "little") if d else None for d in there]


def _seconds(ticks: int | None) -> int | None:
    return None if ticks is None else ticks // 10_000_000 - SINCE_1601
