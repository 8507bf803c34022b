"""Where functions start and end, from the tables that exceptions are unwound with.

Spec: Linux Standard Base 5.0, core, s. 10.6 (.eh_frame, .eh_frame_hdr); DWARF 5 s. 6.4.
"""

from __future__ import annotations

import struct

from evenhand.native.image import Image, table

MAX_ENTRIES = 500_000
RELATIVE_4 = 0x1B  # DW_EH_PE_pcrel | DW_EH_PE_sdata4, which compilers write
SORTED = 0x3B  # DW_EH_PE_datarel | DW_EH_PE_sdata4
COUNTED = 0x03  # DW_EH_PE_udata4


def ranges(image: Image) -> dict[int, int]:
    """Start → size of every function that the unwind tables name."""
    found = _by_header(image)
    if not found:
        for section in image.sections:
            if section.name == ".eh_frame":
                found = _walk(image, section.start, section.size)
    return {a: s for a, s in found.items() if image.executable(a) and 0 < s < 1 << 30}


def _by_header(image: Image) -> dict[int, int]:
    """By the sorted table of .eh_frame_hdr."""
    import numpy as np

    at = image.unwind_header
    head = image.read(at, 12)
    if not at or len(head) < 12 or head[0] != 1 or head[1] != RELATIVE_4:
        return {}
    if head[2] != COUNTED or head[3] != SORTED:
        start = at + 4 + struct.unpack_from("<i", head, 4)[0]
        return _walk(image, start, 64 << 20)
    count = min(struct.unpack_from("<I", head, 8)[0], MAX_ENTRIES)
    rows = table(image.read(at + 12, count * 8), [("start", "<i4"), ("entry", "<i4")])
    if not len(rows):
        return {}
    entries = at + rows["entry"].astype(np.int64)
    low, high = int(entries.min()), int(entries.max()) + 16
    if not 0 < high - low < 256 << 20:
        return {}
    raw = np.frombuffer(image.read(low, high - low), np.uint8)
    here = entries - low
    here, starts = here[here + 16 <= len(raw)], at + rows["start"].astype(np.int64)
    starts = starts[entries - low + 16 <= len(raw)]
    size = sum(raw[here + 12 + n].astype(np.int64) << (8 * n) for n in range(4))
    return dict(zip(starts.tolist(), np.asarray(size).tolist(), strict=True))


def _walk(image: Image, start: int, size: int) -> dict[int, int]:
    """By walking .eh_frame from entry to entry; only the usual encoding is understood."""
    raw, at = image.read(start, min(size, 64 << 20)), 0
    found: dict[int, int] = {}
    while at + 20 <= len(raw) and len(found) < MAX_ENTRIES:
        length, pointer = struct.unpack_from("<II", raw, at)
        if length in (0, 0xFFFFFFFF):
            break
        if pointer:  # not a CIE
            begin, span = struct.unpack_from("<iI", raw, at + 8)
            found[start + at + 8 + begin] = span
        at += 4 + length
    return found
