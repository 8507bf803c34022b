"""Android's binary XML as elements, within bounds: counts and offsets are believed nowhere.

Spec: Android frameworks/base ResourceTypes.h (ResChunk_header, ResStringPool, ResXMLTree).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.errors import Unreadable

POOL, XML, START, END, RESOURCES = 0x0001, 0x0003, 0x0102, 0x0103, 0x0180
UTF8 = 1 << 8  # flag of a pool
STRINGS = 200_000
ELEMENTS = 200_000
TEXT_BYTES = 1 << 16  # longest string
STRING, BOOLEAN, REFERENCE = 0x03, 0x12, 0x01  # types of values


class Element(NamedTuple):
    """An element that begins; attributes by resource number where they have one, else by name."""

    name: str
    attributes: dict[int | str, str]
    depth: int
    at: int


def elements(raw: bytes) -> Iterator[Element]:
    """Every element, in order; raises `Unreadable` where the document is damaged."""
    if len(raw) < 8 or struct.unpack_from("<H", raw)[0] != XML:
        raise Unreadable("no binary XML", 0)
    at = max(8, struct.unpack_from("<H", raw, 2)[0])
    strings: list[str] = []
    resources: tuple[int, ...] = ()
    depth = met = 0
    while at + 8 <= len(raw):
        kind, head, size = struct.unpack_from("<2HI", raw, at)
        if not 8 <= head <= size or at + size > len(raw):
            raise Unreadable("a chunk is damaged or cut off: the rest was not read", at)
        if kind == POOL and not strings:
            strings = _strings(raw[at : at + size], head)
        elif kind == RESOURCES:
            count = min(max(0, size - head) // 4, STRINGS)
            resources = struct.unpack_from(f"<{count}I", raw, at + head)
        elif kind == START:
            met += 1
            if met > ELEMENTS:
                raise Unreadable(f"more than {ELEMENTS} elements", at)
            yield _element(raw[at : at + size], head, strings, resources, depth, at)
            depth += 1
        elif kind == END:
            depth = max(0, depth - 1)
        at += size


def _strings(chunk: bytes, head: int) -> list[str]:
    if len(chunk) < 28:
        raise Unreadable("the pool of strings is damaged")
    count, _, flags, start = struct.unpack_from("<4I", chunk, 8)
    count = min(count, (len(chunk) - head) // 4, STRINGS)
    found = []
    for number in range(count):
        at = start + struct.unpack_from("<I", chunk, head + 4 * number)[0]
        found.append(_utf8(chunk, at) if flags & UTF8 else _utf16(chunk, at))
    return found


def _utf8(chunk: bytes, at: int) -> str:
    """Two lengths of one or two bytes: of characters, then of bytes."""
    for _ in range(2):
        wide = chunk[at : at + 1] >= b"\x80"
        high = chunk[at] & 0x7F if at < len(chunk) else 0
        length = high << 8 | (chunk[at + 1] if at + 1 < len(chunk) else 0) if wide else high
        at += 2 if wide else 1
    return chunk[at : at + min(length, TEXT_BYTES)].decode("utf-8", "replace")


def _utf16(chunk: bytes, at: int) -> str:
    length = int.from_bytes(chunk[at : at + 2], "little")
    at += 2
    if length & 0x8000:
        length = (length & 0x7FFF) << 16 | int.from_bytes(chunk[at : at + 2], "little")
        at += 2
    return chunk[at : at + 2 * min(length, TEXT_BYTES)].decode("utf-16-le", "replace")


def _element(
    chunk: bytes, head: int, strings: list[str], resources: tuple[int, ...], depth: int, at: int
) -> Element:
    def text(index: int) -> str:
        return strings[index] if index < len(strings) else ""

    if head + 20 > len(chunk):
        raise Unreadable("an element is damaged: the rest was not read", at)
    _, name, start, size, count = struct.unpack_from("<2I3H", chunk, head)
    attributes: dict[int | str, str] = {}
    for number in range(min(count, (len(chunk) - head) // max(size, 20))):
        place = head + start + number * max(size, 20)
        if place + 20 > len(chunk):
            break
        _, key, raw, _, _, kind, data = struct.unpack_from("<3IH2BI", chunk, place)
        value = {STRING: text(data), BOOLEAN: "true" if data else "false"}.get(kind, str(data))
        value = text(raw) if raw < len(strings) and kind == STRING else value
        value = f"@{data:#010x}" if kind == REFERENCE else value
        attributes[resources[key] if key < len(resources) else text(key)] = value
    return Element(text(name), attributes, depth, at)
