"""What Azure traffic analytics tells of flows, as its tables are exported: columns → records.

Spec: Azure Network Watcher, traffic analytics schema (NTANetAnalytics).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evenhand.readers import Item
from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.record import (
    NO_TIME,
    UNSTATED,
    Label,
    integers,
    protocol_numbers,
    records,
)

if TYPE_CHECKING:
    import pyarrow as pa

ACTIONS = {"Allowed": "accepted", "Denied": "rejected"}
LETTERS = {"T": "tcp", "U": "udp"}


class AnalyticsLog:
    """Facts of one table, block by block. Client ports are not kept: flows are added up."""

    WORDS = ("SrcIp", "DestIp", "L4Protocol", "FlowStatus")
    COLUMNS = (
        *WORDS,
        *("DestPort", "BytesSrcToDest", "BytesDestToSrc", "PacketsSrcToDest", "PacketsDestToSrc"),
        *("FlowStartTime", "FlowEndTime"),
    )

    def __init__(self, unit: str) -> None:
        self.flows = FlowTable(unit)
        self.skipped = 0

    def take(self, columns: Mapping[str, pa.Array], numbers: Sequence[int]) -> Iterator[Item]:
        """Take records by their columns; those of addresses that were added up are no flows."""
        import numpy as np

        count = len(numbers)
        source, target = (self.flows.addresses.numbers(columns[e]) for e in ("SrcIp", "DestIp"))

        def whole(name: str) -> Any:
            given = columns.get(name)
            return np.full(count, -1, np.int64) if given is None else integers(given, -1)

        rows = records(
            count,
            number=np.asarray(numbers, np.int64),
            source=source,
            target=target,
            target_port=np.maximum(whole("DestPort"), 0),
            protocol=_protocols(columns.get("L4Protocol"), count),
            packets=whole("PacketsSrcToDest"),
            size=whole("BytesSrcToDest"),
            packets_back=whole("PacketsDestToSrc"),
            size_back=whole("BytesDestToSrc"),
            start=_times(columns.get("FlowStartTime"), count),
            end=_times(columns.get("FlowEndTime"), count),
            sure=1,
            label=self._labels(columns.get("FlowStatus"), count),
        )
        yield from self.flows.add(rows)

    def _labels(self, column: pa.Array | None, count: int) -> Any:
        import numpy as np

        if column is None:
            return np.full(count, self.flows.label(Label("not stated")), np.int64)
        own = [
            self.flows.label(Label("not stated", action=ACTIONS.get(status or "")))
            for status in column.to_pylist()
        ]
        return np.array(own, np.int64)


def _protocols(column: pa.Array | None, count: int) -> Any:
    import numpy as np
    import pyarrow as pa

    if column is None:
        return np.full(count, UNSTATED, np.int64)
    if pa.types.is_integer(column.type):
        return protocol_numbers(column)
    names = [LETTERS.get(text or "", text) for text in column.to_pylist()]
    return protocol_numbers(pa.array(names, pa.string()))


def _times(column: pa.Array | None, count: int) -> Any:
    import numpy as np
    import pyarrow as pa

    if column is None or not pa.types.is_timestamp(column.type):
        return np.full(count, NO_TIME, np.int64)
    return integers(column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()), NO_TIME)
