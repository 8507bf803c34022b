"""The fields of exported flow records, decoded in columns.

Spec: IANA IPFIX information elements (the first 127 are those of NetFlow 9); RFC 5103.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.record import NO_TIME, Label, Records, records

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

Fields = tuple[tuple[int, int], ...]  # (element, bytes)

REVERSE = 29305 << 16  # RFC 5103: the same element of the way back
SYN, ACK = 2, 16
DROPPED = 2  # RFC 7270 4.12: the upper two bits of the forwarding status
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
# What a time is counted in: element of the start, of the end, microseconds per unit.
CLOCKS = (
    (152, 153, 1_000.0),
    (150, 151, 1_000_000.0),
    (154, 155, 0.0),  # 0: an NTP timestamp
    (156, 157, 0.0),
)


class Columns:
    """Records of one template; a column is made when it is asked for."""

    def __init__(self, fields: Fields, data: bytes) -> None:
        import numpy as np

        size = sum(length for _, length in fields)
        self._raw = np.frombuffer(data, np.uint8).reshape(-1, size)
        self._place: dict[int, tuple[int, int]] = {}
        at = 0
        for element, length in fields:
            self._place.setdefault(element, (at, length))
            at += length

    def raw(self, element: int, size: int) -> Any:
        """The bytes of a field of this size in each record, None where there is none."""
        at, length = self._place.get(element, (0, 0))
        return self._raw[:, at : at + length] if length == size else None

    def number(self, *elements: int) -> Integers | None:
        """The first of these elements that the records have, as whole numbers."""
        import numpy as np

        for element in elements:
            at, length = self._place.get(element, (0, 0))
            if 1 <= length <= 8:
                found: Integers = np.zeros(len(self._raw), np.int64)
                for place in range(at, at + length):
                    found = found << 8 | self._raw[:, place]
                return found
        return None


def decoded(
    fields: Fields, data: bytes, numbers: Integers, started: Integers, flows: FlowTable
) -> Records | None:
    """Records of flows, None where these say no ends (they tell of other things).

    `started` is when the exporter did, in microseconds: times of NetFlow count from there.
    """
    columns = Columns(fields, data)
    count = len(numbers)
    source, target = (_address(columns, flows, *pair) for pair in ((8, 27), (12, 28)))
    if source is None or target is None:
        return None
    first, last = _times(columns, started, count)
    given: dict[str, Any] = {
        "source_port": columns.number(7, 180, 182),
        "target_port": columns.number(11, 181, 183),
        "protocol": columns.number(4),
        "packets": columns.number(298, 2, 86),
        "packets_back": columns.number(299, 2 | REVERSE, 86 | REVERSE),
        "start": first,
        "end": last,
    }
    kind = "ip"
    sizes = columns.number(1, 85), columns.number(1 | REVERSE, 85 | REVERSE)
    if sizes[0] is None:
        sizes, kind = (columns.number(231), columns.number(232)), "payload"
    if sizes[0] is None:
        sizes, kind = (columns.number(352), columns.number(352 | REVERSE)), "frame"
    given |= {"size": sizes[0], "size_back": sizes[1]}
    return records(
        count,
        number=numbers,
        source=source,
        target=target,
        sure=_sure(columns, sizes[1] is not None or given["packets_back"] is not None, count),
        label=_labels(columns, flows, kind, count),
        **{name: column for name, column in given.items() if column is not None},
    )


def _address(columns: Columns, flows: FlowTable, four: int, six: int) -> Integers | None:
    """Numbers of one end; where a template has both families, the one that is not zero."""
    import numpy as np

    parts = []
    for element, size in ((four, 4), (six, 16)):
        raw = columns.raw(element, size)
        if raw is not None:
            parts.append((flows.addresses.packed(raw), raw.any(axis=1)))
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0][0]
    return np.where(parts[0][1] | ~parts[1][1], parts[0][0], parts[1][0])


def _times(columns: Columns, started: Integers, count: int) -> tuple[Any, Any]:
    import numpy as np

    for first, last, scale in CLOCKS:
        pair = columns.number(first), columns.number(last)
        if pair[0] is not None:
            begun, lasted = _of_clock(pair[0], scale), columns.number(161)
            if pair[1] is not None:
                return begun, _of_clock(pair[1], scale)
            return begun, begun if lasted is None else begun + lasted * 1000
    pair = columns.number(22), columns.number(21)
    if pair[0] is not None and pair[1] is not None:
        own = columns.number(160)  # when the exporter started, milliseconds
        base = started if own is None else own * 1000
        return base + pair[0] * 1000, base + pair[1] * 1000
    seen = columns.number(323, 324)
    if seen is not None:
        return seen * 1000, seen * 1000
    nothing = np.full(count, NO_TIME, np.int64)
    return nothing, nothing


def _of_clock(values: Integers, scale: float) -> Integers:
    import numpy as np

    if scale:
        found = values.astype(np.float64) * scale
    else:  # RFC 5905: seconds since 1900 and a 32-bit fraction
        seconds = (values >> 32) & 0xFFFFFFFF
        found = (seconds - NTP_EPOCH + (values & 0xFFFFFFFF) / 2**32) * 1e6
    good = (found >= 0) & (found < 2.5e17)
    return np.where(good, np.rint(np.where(good, found, 0)), NO_TIME).astype(np.int64)


def _sure(columns: Columns, both: bool, count: int) -> Any:
    """Which sources are certainly clients: of biflows, and where only SYN was sent."""
    import numpy as np

    direction = columns.number(239)
    if direction is not None:
        return (direction == 1).astype(np.int64)
    if both:
        return np.ones(count, np.int64)
    flags = columns.number(6)
    if flags is None:
        return np.zeros(count, np.int64)
    return (flags & (SYN | ACK) == SYN).astype(np.int64)


def _labels(columns: Columns, flows: FlowTable, kind: str, count: int) -> Any:
    """Where a record was taken (coming in, going out), and whether its packets were dropped."""
    import numpy as np

    way, fate = columns.number(61), columns.number(89)
    coded = np.zeros(count, np.int64)
    if way is not None:
        coded += np.where(way == 1, 2, 1)
    if fate is not None:
        coded += np.where(fate >> 6 == DROPPED, 4, 0)
    different, group = np.unique(coded, return_inverse=True)
    points = (None, "ingress", "egress")
    own = [
        flows.label(Label(kind, points[c & 3], None, "rejected" if c & 4 else None))
        for c in different.tolist()
    ]
    return np.array(own, np.int64)[group]
