"""Symbols and relocations of an ELF file: its own functions, and the pointers to others'.

Spec: ELF gABI 4.1 (Symbol Table, Relocation, Dynamic Section); the RELR proposal to the gABI;
GNU hash section as glibc reads it.
"""

from __future__ import annotations

import mmap
import struct
from typing import Any

from evenhand.native.image import (
    CHOSEN,
    MAX_RELOCATIONS,
    MAX_SYMBOLS,
    NAMED,
    RELATIVE,
    SHT_DYNSYM,
    SHT_SYMTAB,
    Image,
    headers,
    table,
)

SYMBOL = [
    ("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"),
    ("size", "<u8"),
]  # fmt: skip
RELA = [("at", "<u8"), ("kind", "<u4"), ("symbol", "<u4"), ("addend", "<i8")]
STRTAB, SYMTAB, RELA_AT, RELA_SIZE, STRSIZE, SONAME = 5, 6, 7, 8, 10, 14
JMPREL, PLTRELSZ, HASH, GNU_HASH, RELR, RELRSZ = 23, 2, 4, 0x6FFFFEF5, 36, 35
OBJECT, FUNC, IFUNC = 1, 2, 10
MAX_FUNCTIONS = 300_000


def load(data: bytes | mmap.mmap) -> Image:
    """Read the headers, symbols and relocations of an ELF file; raises as `headers` does."""
    image = headers(data)
    names = _strings(image)
    image.needed = [_name(names, int(n)) for n in image.needed]
    image.soname = _name(names, image.dynamic.get(SONAME, len(names)))
    symbols = _dynamic_symbols(image)
    _own(image, symbols, names, exported=True)
    for section in image.sections:
        if section.kind == SHT_SYMTAB and section.link < len(image.sections):
            _static_symbols(image, section.offset, section.size, section.link)
    _relocations(image, symbols, names)
    return image


def _strings(image: Image) -> bytes:
    size = image.dynamic.get(STRSIZE, 0)
    return image.read(image.dynamic.get(STRTAB, 0), min(size, 64 << 20))


def _name(strings: bytes, offset: int) -> str:
    end = strings.find(b"\0", offset)
    return (
        strings[offset : min(end, offset + 512)].decode("utf-8", "backslashreplace")
        if (0 <= offset < len(strings) and end >= 0)
        else ""
    )


def _dynamic_symbols(image: Image) -> Any:
    """The dynamic symbols; how many there are stands in a section, or in the hash tables."""
    start = image.dynamic.get(SYMTAB, 0)
    told = [s.size // 24 for s in image.sections if s.kind == SHT_DYNSYM and s.start == start]
    count = told[0] if told else _hashed(image)
    if count > MAX_SYMBOLS:
        image.gaps.append(f"only the first {MAX_SYMBOLS} dynamic symbols were read")
    return table(image.read(start, min(count, MAX_SYMBOLS) * 24), SYMBOL)


def _hashed(image: Image) -> int:
    if HASH in image.dynamic:
        raw = image.read(image.dynamic[HASH], 8)
        return int(struct.unpack("<II", raw)[1]) if len(raw) == 8 else 0
    at = image.dynamic.get(GNU_HASH)
    raw = image.read(at, 16) if at is not None else b""
    if at is None or len(raw) < 16:
        return 0
    buckets, first, bloom, _ = struct.unpack("<IIII", raw)
    if buckets > MAX_SYMBOLS or bloom > MAX_SYMBOLS:
        return 0
    chains = at + 16 + bloom * 8 + buckets * 4
    last = max(table(image.read(chains - buckets * 4, buckets * 4), [("n", "<u4")])["n"], default=0)
    while first <= last < MAX_SYMBOLS:
        chain = image.read(chains + (int(last) - first) * 4, 4)
        last += 1
        if len(chain) < 4 or chain[0] & 1:
            break
    return int(last)


def _own(image: Image, symbols: Any, strings: bytes, exported: bool) -> None:
    """Functions and data that the file defines."""
    kinds = symbols["info"] & 15
    defined = (symbols["section"] != 0) & (symbols["value"] > 0) & (symbols["value"] < 1 << 63)
    for number in _first(((kinds == FUNC) | (kinds == IFUNC)) & defined):
        _, info, _, _, value, size = symbols[number].tolist()
        name = _name(strings, int(symbols[number]["name"]))
        if info & 15 == FUNC:
            known = image.functions.get(value)
            if image.executable(value) and (known is None or known[0] < size):
                image.functions[value] = (min(size, 1 << 30), name)
        if exported and info >> 4 in (1, 2):
            (image.exported if info & 15 == FUNC else image.chosen_exports)[name] = value
    for number in _first((kinds == OBJECT) & defined):
        image.objects.setdefault(
            int(symbols[number]["value"]), _name(strings, int(symbols[number]["name"]))
        )


def _first(chosen: Any) -> list[int]:
    import numpy as np

    return [int(n) for n in np.flatnonzero(chosen)[:MAX_FUNCTIONS]]


def _static_symbols(image: Image, offset: int, size: int, link: int) -> None:
    count = min(size // 24, MAX_SYMBOLS)
    if size // 24 > MAX_SYMBOLS:
        image.gaps.append(f"only the first {MAX_SYMBOLS} symbols were read")
    strings = image.sections[link]
    symbols = table(bytes(image.data[offset : offset + count * 24]), SYMBOL)
    names = bytes(image.data[strings.offset : strings.offset + min(strings.size, 256 << 20)])
    _own(image, symbols, names, exported=False)


def _relocations(image: Image, symbols: Any, strings: bytes) -> None:
    import numpy as np

    named, relative, chosen = (k[image.machine] for k in (NAMED, RELATIVE, CHOSEN))
    pieces = [(RELA_AT, RELA_SIZE), (JMPREL, PLTRELSZ)]
    stretches = [(image.dynamic.get(a, 0), image.dynamic.get(s, 0)) for a, s in pieces]
    if not image.dynamic:  # a static program at a fixed address has its IFUNCs in a section
        stretches = [(s.start, s.size) for s in image.sections if s.kind == 4 and s.start]
    for start, size in stretches:
        if size // 24 > MAX_RELOCATIONS:
            image.gaps.append(f"only the first {MAX_RELOCATIONS} relocations were read")
        rows = table(image.read(start, min(size, MAX_RELOCATIONS * 24)), RELA)
        own = rows[rows["kind"] == relative]
        image.pointers.update(zip(own["at"].tolist(), own["addend"].tolist(), strict=True))
        own = rows[rows["kind"] == chosen]
        image.resolvers.update(zip(own["at"].tolist(), own["addend"].tolist(), strict=True))
        for at, kind, number, addend in rows[np.isin(rows["kind"], named)].tolist():
            if number >= len(symbols):
                continue
            symbol = symbols[number]
            if symbol["section"] and symbol["value"] and symbol["info"] & 15 != IFUNC:
                image.pointers[at] = int(symbol["value"]) + addend
            image.imported[at] = _name(strings, int(symbol["name"]))
            if kind == NAMED[image.machine][0]:
                image.own_pointers.add(at)
        copied = rows[rows["kind"] == (5 if image.machine == 62 else 1024)]  # data of a library
        for at, _, number, _ in copied.tolist():
            if number < len(symbols):
                image.objects[at] = _name(strings, int(symbols[number]["name"]))
    _packed(image)


def _packed(image: Image) -> None:
    """Relative relocations in RELR: an address, then bit maps of the 63 words after it."""
    raw = image.read(image.dynamic.get(RELR, 0), min(image.dynamic.get(RELRSZ, 0), 8 << 20))
    base = 0
    for (word,) in struct.iter_unpack("<Q", raw[: len(raw) // 8 * 8]):
        if word & 1:
            places = [base + 8 * bit for bit in range(63) if word >> (bit + 1) & 1]
            base += 63 * 8
        else:
            places, base = [word], word + 8
        for place in places:
            value = image.read(place, 8)
            if len(value) == 8:
                image.pointers[place] = int.from_bytes(value, "little")
        if len(image.pointers) > MAX_RELOCATIONS:
            image.gaps.append(f"only the first {MAX_RELOCATIONS} relocations were read")
            return
