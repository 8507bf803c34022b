"""Records of nfdump files, gathered by their layout and decoded in columns.

Spec: nfdump record formats (nffile.h: common records of layout 1; nfxV3.h: records of layout 2).
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.errors import Unreadable
from evenhand.readers import Item
from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.record import NO_TIME, Label, records

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

HEAD = struct.Struct("<HH")  # kind and size of a record, or of an element in one
COMMON0, COMMON, V3 = 1, 10, 11
PASSED_OVER = (2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15)  # maps, exporters, samplers, names …
V3_HEAD_BYTES = 12
GENERIC, IPV4, IPV6, MISC, COUNTERS = 1, 2, 3, 5, 6  # elements of a V3 record
LEAST = {GENERIC: 48, IPV4: 8, IPV6: 32, MISC: 12, COUNTERS: 24}
SIX, WIDE_PACKETS, WIDE_BYTES = 1, 2, 4  # flags of a common record
GATHERED = 20_000
SYN, ACK = 2, 16


class Layout(NamedTuple):
    """Where the fields of a record lie: (offset, bytes), little endian."""

    size: int
    fields: tuple[tuple[str, int, int], ...]


class Records:
    """Records on their way to the flow table."""

    def __init__(self, flows: FlowTable) -> None:
        self.other: Counter[int] = Counter()  # kinds that are no flows and not known
        self._flows = flows
        self._waiting: dict[Layout, list[tuple[int, bytes]]] = {}
        self._number = 0

    def take(self, count: int, data: bytes, offset: int) -> Iterator[Item]:
        """Take the records of a block. Raises `Unreadable` at a broken one."""
        at = 0
        for _ in range(count):
            if at + 4 > len(data):
                raise Unreadable("a block holds fewer records than it says", offset)
            kind, size = HEAD.unpack_from(data, at)
            if size < 4 or at + size > len(data):
                raise Unreadable("a record reaches beyond its block", offset)
            record = data[at : at + size]
            at += size
            self._number += 1
            layout = None
            if kind == V3:
                layout = self._v3(record)
            elif kind in (COMMON0, COMMON):
                layout = _common(record, kind)
            elif kind not in PASSED_OVER:
                self.other[kind] += 1
            if layout is not None:
                waiting = self._waiting.setdefault(layout, [])
                waiting.append((self._number, record))
                if len(waiting) >= GATHERED:
                    yield from self._decode(layout)

    def finish(self) -> Iterator[Item]:
        """Decode what is left."""
        for layout in list(self._waiting):
            yield from self._decode(layout)

    def _v3(self, record: bytes) -> Layout | None:
        """The layout of a V3 record by its elements; None where it has no ends or times."""
        places, at = {}, V3_HEAD_BYTES
        while at + 4 <= len(record):
            kind, size = HEAD.unpack_from(record, at)
            if size < 4 or at + size > len(record):
                break
            if size - 4 >= LEAST.get(kind, 0):
                places[kind] = at + 4
            at += size
        if GENERIC not in places or not {IPV4, IPV6} & places.keys():
            return None
        return Layout(len(record), _v3_fields(places))

    def _decode(self, layout: Layout) -> Iterator[Item]:
        import numpy as np

        gathered = self._waiting.pop(layout)
        raw = np.frombuffer(b"".join(r for _, r in gathered), np.uint8).reshape(-1, layout.size)
        made: dict[str, Any] = {}
        for name, at, size in layout.fields:
            part = raw[:, at : at + size]
            if name in ("source", "target"):
                made[name] = self._flows.addresses.packed(_network_order(part))
            else:
                made[name] = _number(part)
        flags = made.pop("flags")
        start, end = made.pop("start"), made.pop("end")
        if "start_ms" in made:
            start = start * 1000 + made.pop("start_ms")
            end = end * 1000 + made.pop("end_ms")
        label = self._flows.label(Label("ip"))
        yield from self._flows.add(
            records(
                len(gathered),
                number=np.array([n for n, _ in gathered], np.int64),
                start=_milliseconds(start),
                end=_milliseconds(end),
                sure=(flags & (SYN | ACK) == SYN).astype(np.int64),
                label=label,
                **made,
            )
        )


def _v3_fields(places: dict[int, int]) -> tuple[tuple[str, int, int], ...]:
    at = places[GENERIC]
    fields = [
        *(("start", at, 8), ("end", at + 8, 8), ("packets", at + 24, 8), ("size", at + 32, 8)),
        *(("source_port", at + 40, 2), ("target_port", at + 42, 2)),
        *(("protocol", at + 44, 1), ("flags", at + 45, 1)),
    ]
    if IPV4 in places:
        fields += [("source", places[IPV4], 4), ("target", places[IPV4] + 4, 4)]
    else:
        fields += [("source", places[IPV6], 16), ("target", places[IPV6] + 16, 16)]
    if COUNTERS in places:
        at = places[COUNTERS]
        fields += [("packets_back", at + 8, 8), ("size_back", at + 16, 8)]
    return tuple(fields)


def _common(record: bytes, kind: int) -> Layout | None:
    """The layout of a common record, by its flags; None where it breaks off."""
    flags = record[4] if len(record) > 4 else 0
    at = 28 if kind == COMMON0 else 32
    wide = 16 if flags & SIX else 4
    packets, size = 8 if flags & WIDE_PACKETS else 4, 8 if flags & WIDE_BYTES else 4
    counts = at + 2 * wide
    if counts + packets + size > len(record):
        return None
    return Layout(
        len(record),
        (
            *(("start_ms", 8, 2), ("end_ms", 10, 2), ("start", 12, 4), ("end", 16, 4)),
            *(("flags", 21, 1), ("protocol", 22, 1), ("source_port", 24, 2)),
            *(("target_port", 26, 2), ("source", at, wide), ("target", at + wide, wide)),
            *(("packets", counts, packets), ("size", counts + packets, size)),
        ),
    )


def _number(part: Any) -> Integers:
    """Little-endian whole numbers of up to 8 bytes."""
    import numpy as np

    found: Integers = np.zeros(len(part), np.int64)
    for place in reversed(range(part.shape[1])):
        found = found << 8 | part[:, place]
    return found


def _network_order(part: Any) -> Any:
    """Addresses are kept as little-endian words of 4 bytes, or of 8 for IPv6."""
    word = 4 if part.shape[1] == 4 else 8
    return part.reshape(len(part), -1, word)[:, :, ::-1].reshape(len(part), -1)


def _milliseconds(values: Integers) -> Integers:
    import numpy as np

    good = (values > 0) & (values < 2.5e14)
    return np.where(good, values * 1000, NO_TIME)
