"""Files of nfdump's collectors (nfcapd, nfpcapd; layouts 1 and 2): flows.

Spec: nfdump file layout (nffile.h, nfxV3.h of 1.6 and 1.7).
"""

from __future__ import annotations

import bz2
import struct
from collections.abc import Callable, Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.traffic.block_compression import lz4, lzo1x
from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.nfdump_record import Records

VERSION = "1"
RECOGNISES = {"magic": ((0, "0ca50100"), (0, "0ca50200"))}
EMITS = ("flow", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets; packets that were not sampled (counts are as "
        "collected); whether the second counter of a record is of the way back, which it is "
        "taken for; encrypted files and records of other kinds than flows"
    ),
    "mention": "the records hold no names",
}

HEADER1 = struct.Struct("<HHII128s")
HEADER2 = struct.Struct("<HHIQBBHIQII")
STATISTICS_BYTES = 136  # of layout 1, behind its header
BLOCK = struct.Struct("<IIHH")
BLOCK_BYTES = 32 << 20
RECORDS1, RECORDS2 = 2, 3  # kinds of block
PLAIN_BLOCK = 1  # flag of a block that is not compressed in a file that is
LZO, BZ2, LZ4 = 0x1, 0x8, 0x10  # flags of layout 1


def _zstd(data: bytes, most: int) -> bytes:
    import zstandard

    try:
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=most)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None


def _bzip2(data: bytes, most: int) -> bytes:
    try:
        return bz2.BZ2Decompressor().decompress(data, most)
    except OSError as error:
        raise ValueError(str(error)) from None


def _plain(data: bytes, most: int) -> bytes:
    return data


Expand = Callable[[bytes, int], bytes]
METHODS: dict[int, Expand] = {0: _plain, 1: lzo1x, 2: _bzip2, 3: lz4, 4: _zstd}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the flows; stops at the first block that cannot be read."""
    flows, stopped = FlowTable("record"), None
    records = Records(flows)
    try:
        for count, data, offset in _blocks(artefact.map()):
            yield from records.take(count, data, offset)
    except Unreadable as error:
        stopped = error
    yield from records.finish()
    yield from flows.finish()
    if records.other:
        kinds = ", ".join(map(str, sorted(records.other)[:10]))
        yield Partly(f"{sum(records.other.values())} records of other kinds ({kinds}) are not read")
    if flows.odd:
        yield Partly(f"{flows.odd} records do not say both ends")
    if stopped:
        raise stopped


def _blocks(data: Any) -> Iterator[tuple[int, bytes, int]]:
    """(records, their bytes, offset) of each block of records."""
    try:
        at, end, expand, kinds = _head(data)
    except struct.error:
        raise Unreadable("the file breaks off inside its header", 0) from None
    while at < end:
        if at + BLOCK.size > end:
            raise Unreadable("the file breaks off inside the header of a block", at)
        count, size, kind, flags = BLOCK.unpack_from(data, at)
        begin = at + BLOCK.size
        if size > BLOCK_BYTES or begin + size > end:
            raise Unreadable("a block reaches beyond the end of the file", at)
        if kind in kinds:
            raw = bytes(data[begin : begin + size])
            try:
                yield count, raw if flags & PLAIN_BLOCK else expand(raw, BLOCK_BYTES), at
            except ValueError as error:
                raise Unreadable(f"a block cannot be read: {error}", at) from None
        at = begin + size


def _head(data: Any) -> tuple[int, int, Expand, tuple[int, ...]]:
    """Where the blocks begin and end, how they are packed, and which of them hold records."""
    _, version = struct.unpack_from("<HH", data, 0)
    if version == 1:
        _, _, flags, _, _ = HEADER1.unpack_from(data, 0)
        method = 1 if flags & LZO else 2 if flags & BZ2 else 3 if flags & LZ4 else 0
        return HEADER1.size + STATISTICS_BYTES, len(data), METHODS[method], (RECORDS1,)
    head = HEADER2.unpack_from(data, 0)
    method, encrypted, appendix, place = head[4], head[5], head[6], head[8]
    if encrypted:
        raise Unreadable("encrypted", 0)
    if method not in METHODS:
        raise NotThisFormat(f"compression {method} is not known")
    end = place if appendix and HEADER2.size <= place <= len(data) else len(data)
    return HEADER2.size, end, METHODS[method], (RECORDS2,)
