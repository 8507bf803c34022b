"""What lies behind the end of a program: an image or archive that it unpacks or mounts itself.

AppImages, self-extracting archives and runtimes with their scripts are programs with something
more behind what the loader looks at. Where a program ends, its own tables say.

Spec: ELF gABI 4.1 (ELF header, program and section headers); AppImage specification 2.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item
from evenhand.volume.span import after

VERSION = "1"
RECOGNISES = {"magic": ((0, "7f454c46"),)}
EMITS = ()
CANNOT_SEE = {"behaviour": "what a program does with what lies behind it"}

LEAST_BYTES = 64
NO_BITS = 8  # SHT_NOBITS: a section that takes no place in the file
LARGEST_ENTRY = 256
# Of a class: where the offsets of its tables stand and how they are written, where their sizes
# are, and where an entry says its offset and length.
CLASSES = {
    1: (28, "II", 42, (("I", 4, 16), ("I", 16, 20))),
    2: (32, "QQ", 54, (("Q", 8, 32), ("Q", 24, 32))),
}
SIGNED = b"~Module signature appended~\n"  # of a kernel module


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what follows the program as one Child."""
    with artefact.open() as stream:
        end, size = _end(stream), artefact.size_bytes
        if size - end < LEAST_BYTES or os.pread(stream.fileno(), 64, size - 28) == SIGNED:
            raise NotThisFormat("nothing behind the program")
        found = list(after(stream, end, size, "program"))
        if not found:
            raise NotThisFormat("nothing but padding behind the program")
        yield from found


def _end(stream: BinaryIO) -> int:
    """Where the last table, segment or section of a program ends."""
    head = os.pread(stream.fileno(), 64, 0)
    order = {1: "<", 2: ">"}.get(head[5] if len(head) == 64 else 0)
    known = CLASSES.get(head[4]) if order else None
    if known is None or order is None:
        raise NotThisFormat("no ELF header of a known class")
    places, offsets, sizes, entries = known
    starts = struct.unpack_from(order + offsets, head, places)
    numbers = struct.unpack_from(order + "HHHH", head, sizes)
    ends = [len(head)]
    for section, (form, begin, length) in enumerate(entries):
        at, each, number = starts[section], numbers[2 * section], numbers[2 * section + 1]
        if not at or not length + struct.calcsize(form) <= each <= LARGEST_ENTRY:
            continue
        data = os.pread(stream.fileno(), each * number, min(at, 1 << 62))
        ends.append(at + each * number)
        for start in range(0, len(data) - each + 1, each):
            if section and struct.unpack_from(order + "I", data, start + 4)[0] == NO_BITS:
                continue
            place, size = (
                struct.unpack_from(order + form, data, start + p)[0] for p in (begin, length)
            )
            ends.append(place + size)
    return max(ends)
