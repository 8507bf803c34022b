"""Images of unknown make: the file systems, archives and compressed streams that lie inside.

A sign is believed only where the header behind it can be: checksums, sizes and versions are
looked at first, and a stream is expanded to find its end. Parts do not overlap.

Spec: docs/decisions/0020-volumes.md; the formats' own headers (see `signs`).
"""

from __future__ import annotations

import heapq
import mmap
from collections.abc import Iterator

from evenhand.artefact import Artefact, Child
from evenhand.errors import NotThisFormat
from evenhand.facts.file import File
from evenhand.readers import Item, Partly
from evenhand.readers.carved.part import Found, Work
from evenhand.readers.carved.signs import SIGNS
from evenhand.volume.span import stretch

VERSION = "1"
RECOGNISES = {"binary": True}
EMITS = ("file",)
CANNOT_SEE = {"file": "parts that are encrypted, or packed by a method that is not known"}

SEARCH_BYTES = 4 << 30
PARTS = 10_000
LEAST_BYTES = 128
WINDOW = 4 << 20  # searched at a time
REACH = max(s.offset + len(s.magic) for s in SIGNS)  # from where a part begins to its sign's end


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row and a Child for each part that is found, in order of their offsets."""
    if artefact.size_bytes < LEAST_BYTES:
        raise NotThisFormat("too short to hold anything")
    content = artefact.map()
    assert isinstance(content, mmap.mmap)
    met = 0
    with content, artefact.open() as stream:
        work = Work()
        for part in _parts(content, artefact.size_bytes, work):
            if not met:
                yield Partly("no reader knows this format; what is in it was looked for by signs")
            met += 1
            name = f"@{part.at:#x}"
            yield File(f"{name} ({part.what})", "file", f"offset {part.at}", part.length)
            yield Child(name, stretch(stream, part.at, part.length))
            if met >= PARTS:
                yield Partly(f"stopped after {PARTS} parts", part.at)
                break
        if work.spent:
            yield Partly("too much to expand: compressed streams were not all looked for", work.at)
        elif not met:
            raise NotThisFormat("nothing in it that a sign tells of")


def _parts(content: mmap.mmap, size: int, work: Work) -> Iterator[Found]:
    """What is there, by offset: where parts would overlap, the one that begins first counts."""
    end = 0
    for low in range(0, min(size, SEARCH_BYTES), WINDOW):
        window = content[low : low + WINDOW + REACH]
        # what was looked at is given back: a file larger than memory does not fill it
        content.madvise(mmap.MADV_DONTNEED, low, min(WINDOW, size - low))
        if window.count(0) == len(window):
            continue  # a hole
        for at, number in _signs(window, low, end):
            sign = SIGNS[number]
            length = None
            if at >= end and at % sign.aligned == 0:
                length = sign.length(content, at, size, work)
            if length and length < size:  # the whole is no part of itself
                end = at + length
                yield Found(at, length, sign.what)


def _signs(window: bytes, low: int, end: int) -> Iterator[tuple[int, int]]:
    """Where a part may begin in a window, in order, with the number of its sign."""
    waiting: list[tuple[int, int]] = []

    def seek(number: int, start: int) -> None:
        sign = SIGNS[number]
        stop = WINDOW + sign.offset + len(sign.magic) - 1
        place = window.find(sign.magic, start + sign.offset, stop)
        if place >= 0:
            heapq.heappush(waiting, (place - sign.offset, number))

    for number in range(len(SIGNS)):
        seek(number, max(0, end - low))
    while waiting:
        at, number = heapq.heappop(waiting)
        yield low + at, number
        seek(number, at + 1)
