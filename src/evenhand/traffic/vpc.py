"""What AWS flow logs mean, as text or Parquet: columns by name → records.

Spec: Amazon VPC user guide, Flow log records (versions 2 to 10); Transit Gateway Flow Logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evenhand.readers import Item
from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.grouping import places_below
from evenhand.traffic.met import Met
from evenhand.traffic.record import (
    NO_TIME,
    Label,
    Records,
    integers,
    numbered,
    protocol_numbers,
    records,
    turned,
)

if TYPE_CHECKING:
    import pyarrow as pa

WORDS = ("srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "action", "log-status", "interface-id")
NUMBERS = ("srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "tcp-flags")
ACTIONS = {"ACCEPT": "accepted", "REJECT": "rejected"}
SYN, ACK = 2, 16
PAIRS = 1 << 16  # of a point and an action, that a table of all is made for
MILLISECONDS_FROM = 100_000_000_000  # as seconds beyond the year 5138


def name_of(column: str) -> str:
    """The name of a field as the guide writes it; tables write `_` for `-`."""
    return column.strip().strip('"').lower().replace("_", "-")


class VpcLog:
    """Facts of one log, block by block."""

    def __init__(self, unit: str) -> None:
        self.flows = FlowTable(unit)
        self.skipped = 0  # records that say that data were skipped

    def take(self, columns: Mapping[str, pa.Array], numbers: Sequence[int]) -> Iterator[Item]:
        """Take records by their columns; those without ends (NODATA, SKIPDATA) are no flows."""
        import numpy as np
        import pyarrow as pa

        count = len(numbers)
        if "log-status" in columns:
            self.skipped += _said(columns["log-status"], "SKIPDATA")
        source, target = (self._ends(columns, end) for end in ("srcaddr", "dstaddr"))

        def whole(name: str, missing: int) -> Any:
            if name not in columns:
                return np.full(count, missing, np.int64)
            given = columns[name]
            if pa.types.is_timestamp(given.type):
                given = given.cast(pa.timestamp("ms", given.type.tz)).cast(pa.int64())
            return integers(_numbers(given), missing)

        flags = np.maximum(whole("tcp-flags", 0), 0) if "tcp-flags" in columns else None
        rows = records(
            count,
            number=numbered(numbers),
            source=source,
            target=target,
            source_port=whole("srcport", 0),
            target_port=whole("dstport", 0),
            protocol=protocol_numbers(columns["protocol"]) if "protocol" in columns else 256,
            packets=whole("packets", -1),
            size=whole("bytes", -1),
            start=_times(whole("start", NO_TIME)),
            end=_times(whole("end", NO_TIME)),
            sure=0 if flags is None else ((flags & SYN) != 0).astype(np.int64),
            label=self._labels(columns, count),
        )
        # The guide reports ACK only beside SYN: such a record comes from the server.
        if flags is not None:
            rows = turned(rows, (flags & SYN != 0) & (flags & ACK != 0))
        there = (rows.source != 0) & (rows.target != 0) & ~_without_data(columns, count)
        yield from self.flows.add(rows if there.all() else Records(*(c[there] for c in rows)))

    def _ends(self, columns: Mapping[str, pa.Array], end: str) -> Any:
        """The packet's own address where the log has it: an interface may stand between."""
        import numpy as np

        found = self.flows.addresses.numbers(columns[end])
        if f"pkt-{end}" in columns:
            own = self.flows.addresses.numbers(columns[f"pkt-{end}"])
            found = np.where(own > 0, own, found)
        return found

    def _labels(self, columns: Mapping[str, pa.Array], count: int) -> Any:
        import numpy as np

        points = _coded(columns.get("interface-id"), count)
        actions = _coded(columns.get("action"), count)
        if len(points[0]) == len(actions[0]) == 1:
            return np.full(count, self.flows.label(Label("ip")), np.int64)
        pairs, of = _pairs(points, actions)
        numbers = [
            self.flows.label(Label("ip", points[0][p], None, ACTIONS.get(actions[0][a] or "")))
            for p, a in zip(*(own.tolist() for own in pairs), strict=True)
        ]
        return np.array(numbers, np.int64)[of]


def _numbers(column: pa.Array) -> pa.Array:
    """Whole numbers of a column that holds them, or holds them as texts beside other words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column
    digits = pc.match_substring_regex(column, r"^[0-9]{1,18}$")
    return pc.if_else(digits, column, None).cast(pa.int64())


def _coded(column: pa.Array | None, count: int) -> tuple[list[str | None], Any]:
    """Different values of a column (few in a log), and which each row has; the last is none."""
    import numpy as np
    import pyarrow as pa

    if column is None:
        return [None], np.zeros(count, np.int64)
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    values = [*coded.dictionary.to_pylist(), None]
    return values, integers(coded.indices, len(values) - 1)


def _pairs(one: tuple[list[str | None], Any], other: tuple[list[str | None], Any]) -> Any:
    """The different pairs of places in two coded columns, and which one each row has."""
    every = len(one[0]) * len(other[0])
    if every <= PAIRS:
        different, of = places_below(one[1] * len(other[0]) + other[1], every)
        return divmod(different, len(other[0])), of
    met = Met()
    of = met.numbers(one[1], other[1])
    return met.keys, of


def _without_data(columns: Mapping[str, pa.Array], count: int) -> Any:
    """Which records say that there was nothing, or that it was skipped: these name no ends."""
    import numpy as np

    if "log-status" not in columns:
        return np.zeros(count, bool)
    values, places = _coded(columns["log-status"], count)
    return np.array([v in ("NODATA", "SKIPDATA") for v in values], bool)[places]


def _said(column: pa.Array, word: str) -> int:
    """How many rows hold this word."""
    values, places = _coded(column, len(column))
    return int((places == values.index(word)).sum()) if word in values else 0


def _times(values: Any) -> Any:
    """Seconds or milliseconds since 1970 in microseconds."""
    import numpy as np

    least, most = values.min(initial=0), values.max(initial=0)
    if least >= 0 and most < MILLISECONDS_FROM:
        return values * 1_000_000
    good = (values >= 0) & (values < 2.5e14)
    scale = np.where(values >= MILLISECONDS_FROM, 1_000, 1_000_000)
    return np.where(good, values * scale, NO_TIME)
