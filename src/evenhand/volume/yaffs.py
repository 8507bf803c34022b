"""YAFFS2: chunks of a flash chip with their spare bytes, and which layout an image has.

The size of a chunk, of its spare bytes and where the tags begin in them stand nowhere: they are
what makes sense of every chunk that is looked at.

Spec: yaffs2 (yaffs_guts.h: yaffs_obj_hdr; yaffs_packedtags2.h), as its kernel sources have them.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import NamedTuple

LAYOUTS = ((2048, 64), (4096, 128), (4096, 224), (4096, 256), (8192, 256), (8192, 448),
           (16384, 512), (1024, 32), (512, 16), (2048, 128), (4096, 64))  # fmt: skip
TAGS_AT = (0, 2, 1, 4, 8, 16, 32)
TAGS = 16
LOOKED_AT = 96  # chunks by which a layout is judged
FILE, LINK, FOLDER, HARD_LINK, SPECIAL = 1, 2, 3, 4, 5
FORMATS = {FILE: 0x8000, LINK: 0xA000, FOLDER: 0x4000}
EXTRA = 0x80000000  # the tags of a header say more
OBJECTS = 1 << 28
ERASED = 0xFFFFFFFF


class Layout(NamedTuple):
    """How an image lies on its chip."""

    chunk: int
    spare: int
    tags: int
    order: str

    @property
    def step(self) -> int:
        """Bytes from one chunk to the next."""
        return self.chunk + self.spare


class Tags(NamedTuple):
    """What the spare bytes say of a chunk; chunk 0 is the header of its object."""

    sequence: int
    number: int
    chunk: int
    length: int


def is_header(content: mmap.mmap, at: int, order: str) -> bool:
    """True where the header of an object may stand: type, parent, the unused sum, a name."""
    raw = content[at : at + 512]
    if len(raw) < 512:
        return False
    kind, parent = struct.unpack_from(order + "2I", raw)
    named = raw[10] != 0 or parent == 1
    return 1 <= kind <= 5 and 0 < parent < OBJECTS and raw[8:10] == b"\xff\xff" and named


def tags(content: mmap.mmap, at: int, layout: Layout) -> Tags | None:
    """The tags of the chunk at this offset; None where they make no sense, or are cut off."""
    place = at + layout.chunk + layout.tags
    raw = content[place : place + TAGS]
    if len(raw) < TAGS:
        return None
    sequence, number, chunk, length = struct.unpack(layout.order + "4I", raw)
    if sequence == ERASED and number == ERASED:
        return Tags(ERASED, 0, 0, 0)
    if chunk & EXTRA:
        number, chunk = number & (OBJECTS - 1), 0
    elif not (0 <= chunk < 1 << 24 and (chunk == 0 or 1 <= length <= layout.chunk)):
        return None
    if not 0 < number < OBJECTS or sequence in (0, ERASED):
        return None
    return Tags(sequence, number, chunk, length)


def layout_at(content: mmap.mmap, at: int, size: int) -> Layout | None:
    """The layout that makes sense of the chunks from this offset on; None where none does."""
    order = "<" if content[at : at + 1] != b"\0" else ">"
    if not is_header(content, at, order):
        return None
    best, most = None, 0
    for chunk, spare in LAYOUTS:
        for place in TAGS_AT:
            layout = Layout(chunk, spare, place, order)
            if place + TAGS <= spare and (fits := _fits(content, at, size, layout)) > most:
                best, most = layout, fits
    return best


def _fits(content: mmap.mmap, at: int, size: int, layout: Layout) -> int:
    """How many of the first chunks agree with their tags; 0 where one of them does not."""
    good = 0
    for number in range(LOOKED_AT):
        place = at + number * layout.step
        if place + layout.step > size:
            break
        found = tags(content, place, layout)
        if found is None:
            return good if good > 8 else 0
        if found.sequence == ERASED:
            continue
        if (found.chunk == 0) != is_header(content, place, layout.order):
            return good if good > 8 else 0
        good += 1
    return good


def chunks(
    content: mmap.mmap, at: int, size: int, layout: Layout
) -> Iterator[tuple[int, Tags | None]]:
    """Offset and tags of every whole chunk."""
    for place in range(at, size - layout.step + 1, layout.step):
        yield place, tags(content, place, layout)


def length_of(content: mmap.mmap, at: int, size: int) -> int | None:
    """Bytes from here to the end of the last chunk that makes sense."""
    layout = layout_at(content, at, size)
    if layout is None:
        return None
    end = at
    for place, found in chunks(content, at, size, layout):
        if found is None:
            break
        end = place + layout.step
    return end - at or None
