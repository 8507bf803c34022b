"""Functions of C libraries in programs that hold them: recognised by their bytes.

What the linker changes is left out of the comparison. `scripts/learn_native.py` made the file
from static libraries; other editions of a library are recognised as far as they are the same.

Spec: ELF gABI 4.1 (Relocation); the method is that of FLIRT.
"""

from __future__ import annotations

import bisect
import functools
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "known" / "functions.bin"
ROW = struct.Struct("<BIIHH")
RUN = 8
NEIGHBOURS = 3  # unknown functions that may lie between known ones


class Known(NamedTuple):
    """A function of a library: its checksum without the bytes left out, and its name if told."""

    check: int
    spans: bytes
    name: str


@functools.cache
def known() -> dict[tuple[int, int], list[Known]]:
    """Machine and size → functions."""
    import zstandard

    raw = zstandard.ZstdDecompressor().decompress(FILE.read_bytes(), max_output_size=64 << 20)
    end = raw.index(b"\0")
    names = ["", *raw[:end].decode().split("\n")]
    at = end + 1
    found: dict[tuple[int, int], list[Known]] = {}
    while at < len(raw):
        machine, size, check, number, length = ROW.unpack_from(raw, at)
        at += ROW.size
        row = Known(check, raw[at : at + length], names[number])
        found.setdefault((machine, size), []).append(row)
        at += length
    return found


def names(
    machine: int, starts: list[int], ends: list[int], code: Callable[[int], bytes], entry: int
) -> dict[int, str]:
    """Start → name (empty where only that it is a library's is known)."""
    found: dict[int, str] = {}
    every = known()
    for start, end in zip(starts, ends, strict=True):
        for size in _sizes(end - start):
            candidates = every.get((machine, size))
            name = _one(code(start)[:size], candidates) if candidates else None
            if name is not None:
                found[start] = name
                break
    _between(found, [s for s in starts if s > entry])
    return found


def _sizes(size: int) -> tuple[int, ...]:
    """Sizes that a function may have had: padding may have been counted to it."""
    return (size, *(size - n for n in range(1, 16))) if size % 16 == 0 else (size,)


def _one(code: bytes, candidates: list[Known]) -> str | None:
    masked: dict[bytes, int] = {}
    for one in candidates:
        check = masked.get(one.spans)
        if check is None:
            raw, at = bytearray(code), 0
            for skip, length in struct.iter_unpack("<HH", one.spans):
                at += skip
                raw[at : at + length] = bytes(length)
                at += length
            check = masked[one.spans] = zlib.crc32(raw[: len(code)])
        if check == one.check:
            return one.name
    return None


def _between(found: dict[int, str], starts: list[int]) -> None:
    """What lies between functions of a library is of it too: linkers keep libraries together.

    That holds behind the entry only, before which lies what compilers want at the start (main),
    and behind the program's own functions: from where `RUN` of a library follow each other.
    """
    order = sorted(found)
    known = [s in found for s in starts]
    first = next((n for n in range(len(starts)) if all(known[n : n + RUN])), len(starts))
    starts = starts[first:]
    for number, start in enumerate(starts):
        if start in found:
            continue
        before = starts[max(0, number - NEIGHBOURS) : number]
        after = starts[number + 1 : number + 1 + NEIGHBOURS]
        place = bisect.bisect_left(order, start)
        if 0 < place < len(order) and order[place - 1] in before and order[place] in after:
            found[start] = ""
