"""An ELF file as it would lie in memory: segments, sections, symbols, imports and pointers.

Every count in the file is checked against its size before it is believed; what does not fit is
left out and said in `gaps`.

Spec: ELF gABI 4.1 (chapters 4 and 5); psABI x86-64 1.0 s. 4.4; psABI AArch64 s. 5.7.
"""

from __future__ import annotations

import bisect
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evenhand.errors import NotThisFormat, Unreadable

if TYPE_CHECKING:
    import mmap

MACHINES = {62: "x86-64", 183: "AArch64"}
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_EH_FRAME = 1, 2, 3, 0x6474E550
SHF_EXECUTE, SHT_NOBITS, SHT_SYMTAB, SHT_DYNSYM = 4, 8, 2, 11
MAX_HEADERS = 10_000
MAX_SYMBOLS = 1_000_000
MAX_RELOCATIONS = 1_000_000
MAX_STRING = 4096
MAX_RUN = 8  # pointers of a table that is no more than a list of texts
# Kinds of relocation by machine: pointer to a symbol, to an own address, to what a function of
# the program's own choosing returns (IFUNC).
NAMED = {62: (1, 6, 7), 183: (257, 1025, 1026)}  # the first: data of the program itself
RELATIVE = {62: 8, 183: 1027}
CHOSEN = {62: 37, 183: 1032}


@dataclass(frozen=True)
class Segment:
    """A part of the file that is loaded."""

    start: int
    offset: int
    file_bytes: int
    memory_bytes: int
    flags: int


@dataclass(frozen=True)
class Section:
    """A section, as far as its header can be believed."""

    name: str
    kind: int
    flags: int
    start: int
    offset: int
    size: int
    entry: int
    link: int


@dataclass
class Image:
    """An ELF file for one of the machines that are known here, 64-bit and little-endian."""

    data: bytes | mmap.mmap
    machine: int = 0
    kind: int = 0  # 2 program at a fixed address, 3 position-independent program or library
    entry: int = 0
    segments: list[Segment] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    dynamic: dict[int, int] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    soname: str = ""
    interpreter: bool = False
    unwind_header: int = 0  # address of .eh_frame_hdr
    functions: dict[int, tuple[int, str]] = field(default_factory=dict)  # start → size, name
    exported: dict[str, int] = field(default_factory=dict)  # function → its address
    chosen_exports: dict[str, int] = field(default_factory=dict)  # IFUNC → resolver
    objects: dict[int, str] = field(default_factory=dict)  # address → name of imported or own data
    imported: dict[int, str] = field(default_factory=dict)  # address of a pointer → symbol
    own_pointers: set[int] = field(default_factory=set)  # of those, the program's own variables
    pointers: dict[int, int] = field(default_factory=dict)  # address of a pointer → own address
    resolvers: dict[int, int] = field(default_factory=dict)  # address of a pointer → resolver
    gaps: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def offset(self, address: int) -> int | None:
        """Where in the file the byte at `address` lies; None where it is not in the file."""
        at = bisect.bisect_right(self._starts, address) - 1
        if at < 0:
            return None
        segment = self.segments[at]
        inside = address - segment.start
        return segment.offset + inside if inside < segment.file_bytes else None

    def read(self, address: int, size: int) -> bytes:
        """Up to `size` bytes at an address; fewer where the file holds no more."""
        at = bisect.bisect_right(self._starts, address) - 1
        if at < 0 or size <= 0:
            return b""
        segment = self.segments[at]
        inside = address - segment.start
        if inside >= segment.file_bytes:
            return b""
        start = segment.offset + inside
        return bytes(self.data[start : start + min(size, segment.file_bytes - inside)])

    def fixed(self, address: int, size: int) -> bytes:
        """The bytes at an address where neither the program nor its loader changes them."""
        at = bisect.bisect_right(self._starts, address) - 1
        if at < 0 or self.segments[at].flags & 2:
            return b""
        segment = self.segments[at]
        inside = address - segment.start
        if inside + size > segment.file_bytes:
            return b""
        start = segment.offset + inside
        return bytes(self.data[start : start + size])

    def run(self, address: int) -> list[int]:
        """The pointers of a short table; none where it is long, or holds more than pointers."""
        found = []
        for number in range(MAX_RUN + 1):
            pointer = self.pointers.get(address + 8 * number)
            if pointer is None:
                break
            found.append(pointer)
        return found if len(found) <= MAX_RUN else []

    def string(self, address: int, limit: int = MAX_STRING) -> bytes | None:
        """The bytes before the next zero; None where there is none within `limit`."""
        at = bisect.bisect_right(self._starts, address) - 1
        if at < 0:
            return None
        segment = self.segments[at]
        inside = address - segment.start
        if inside >= segment.file_bytes:
            return None
        start = segment.offset + inside
        end = self.data.find(b"\0", start, start + min(limit, segment.file_bytes - inside))
        return bytes(self.data[start:end]) if end >= 0 else None

    def segment(self, address: int) -> Segment | None:
        """The segment that an address lies in."""
        at = bisect.bisect_right(self._starts, address) - 1
        if at < 0:
            return None
        found = self.segments[at]
        return found if address - found.start < found.memory_bytes else None

    def writable(self, address: int) -> bool:
        """True where the program may change what lies there (relocated constants included)."""
        found = self.segment(address)
        return found is not None and bool(found.flags & 2)

    def executable(self, address: int) -> bool:
        """True where an address lies in code."""
        found = self.segment(address)
        return found is not None and bool(found.flags & 1)

    def code(self) -> list[tuple[int, int]]:
        """Address and size of each stretch of code: sections where they are told, else segments."""
        told = sorted(
            (s.start, s.size)
            for s in self.sections
            if s.flags & SHF_EXECUTE and s.kind != SHT_NOBITS and s.size
            and s.name not in (".plt", ".plt.sec", ".plt.got", ".iplt")
            and self.executable(s.start) and self.executable(s.start + s.size - 1)
        )  # fmt: skip
        if not told:
            told = [(s.start, s.file_bytes) for s in self.segments if s.flags & 1 and s.file_bytes]
        merged: list[tuple[int, int]] = []
        for start, size in told:
            if merged and start < merged[-1][0] + merged[-1][1]:  # sections that overlap
                end = max(merged[-1][0] + merged[-1][1], start + size)
                merged[-1] = (merged[-1][0], end - merged[-1][0])
            else:
                merged.append((start, size))
        return merged

    def data_parts(self) -> list[tuple[int, int]]:
        """Address and size of what is in the file and no code, as far as sections tell code.

        Linkers may put constants into the segment of the code; where no section is told, such a
        segment is both.
        """
        code = self.code() if any(s.flags & SHF_EXECUTE for s in self.sections) else []
        found = []
        for segment in self.segments:
            at, end = segment.start, segment.start + segment.file_bytes
            for start, size in code:
                if at < start + size and start < end:
                    if start > at:
                        found.append((at, start - at))
                    at = max(at, start + size)
            if end > at:
                found.append((at, end - at))
        return found

    def stub_code(self) -> list[tuple[int, int]]:
        """Stretches of code in which stubs for imports may lie."""
        return [(s.start, s.file_bytes) for s in self.segments if s.flags & 1 and s.file_bytes]


def headers(data: bytes | mmap.mmap) -> Image:
    """Read the headers of an ELF file.

    Raises NotThisFormat for other content, Unreadable where the headers make no sense.
    """
    if data[:4] != b"\x7fELF":
        raise NotThisFormat("no ELF file")
    if len(data) < 64:
        raise Unreadable("cut off inside the ELF header", len(data))
    if data[4] != 2 or data[5] != 1:
        raise Unreadable("code of 32-bit or big-endian machines is not decoded")
    (kind, machine, _, entry, segments, sections, _, _, size, count, s_size, s_count, names) = (
        struct.unpack_from("<HHIQQQIHHHHHH", data, 16)
    )
    if machine not in MACHINES:
        raise Unreadable(f"code of this machine (ELF e_machine {machine}) is not decoded")
    if kind not in (2, 3):
        raise Unreadable("neither a program nor a library: relocatable objects are not decoded")
    image = Image(data, machine, kind, entry)
    _segments(image, segments, size, count)
    _sections(image, sections, s_size, s_count, names)
    if not image.segments:
        raise Unreadable("no segment of it lies in the file")
    return image


def _segments(image: Image, offset: int, size: int, count: int) -> None:
    """Loaded segments, and where the others of interest lie."""
    data = image.data
    dynamic: tuple[int, int] | None = None
    if count and size < 56:
        raise Unreadable("its program headers are shorter than they can be", 54)
    for number in range(min(count, MAX_HEADERS)):
        at = offset + number * size
        if at + 56 > len(data):
            image.gaps.append("program headers beyond the end of the file")
            break
        kind, flags, where, address, _, in_file, in_memory, _ = struct.unpack_from(
            "<IIQQQQQQ", data, at
        )
        if kind == PT_LOAD:
            held = max(0, min(in_file, len(data) - where)) if where < len(data) else 0
            if held < in_file:
                image.gaps.append("a segment is cut off by the end of the file")
            if address < 1 << 63 and in_memory < 1 << 48:
                image.segments.append(Segment(address, where, held, max(in_memory, held), flags))
        elif kind == PT_DYNAMIC:
            dynamic = (where, in_file)
        elif kind == PT_INTERP:
            image.interpreter = True
        elif kind == PT_EH_FRAME:
            image.unwind_header = address
    image.segments.sort(key=lambda s: (s.start, s.offset))
    kept: list[Segment] = []
    for segment in image.segments:
        if kept and segment.start < kept[-1].start + kept[-1].memory_bytes:
            image.gaps.append("segments overlap; the later is left out")
            continue
        kept.append(segment)
    image.segments = kept
    image._starts = [s.start for s in kept]
    if dynamic is not None:
        for at in range(dynamic[0], min(dynamic[0] + dynamic[1], len(data) - 15), 16):
            tag, value = struct.unpack_from("<QQ", data, at)
            if tag == 0 or len(image.dynamic) + len(image.needed) > MAX_HEADERS:
                break
            if tag == 1:
                image.needed.append(str(value))  # an offset, until the strings are known
            else:
                image.dynamic.setdefault(tag, value)


def _sections(image: Image, offset: int, size: int, count: int, names: int) -> None:
    """Section headers, where there are any that fit the file."""
    data = image.data
    if not offset or not count:
        return
    if size < 64 or offset + count * size > len(data):
        image.gaps.append("section headers are not believed: they do not fit the file")
        return
    raw = [
        struct.unpack_from("<IIQQQQIIQQ", data, offset + number * size)
        for number in range(min(count, MAX_HEADERS))
    ]
    strings = raw[names] if names < len(raw) else None
    for name, kind, flags, address, where, length, link, _, _, entry in raw:
        if kind != SHT_NOBITS and where + length > len(data):
            continue
        title = b""
        if strings is not None and name < strings[5]:
            start = strings[4] + name
            title = bytes(data[start : start + 64]).split(b"\0", 1)[0]
        image.sections.append(
            Section(title.decode("latin-1"), kind, flags, address, where, length, entry, link)
        )


def table(raw: bytes, layout: list[tuple[str, str]]) -> Any:
    """Records of fixed layout as a NumPy array; an incomplete last one is left out."""
    import numpy as np

    kind = np.dtype(layout)
    return np.frombuffer(raw[: len(raw) // kind.itemsize * kind.itemsize], kind)
