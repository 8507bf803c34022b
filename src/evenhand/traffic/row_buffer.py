"""Records that a log gives one at a time, gathered and handed to the flow table in columns.

Spec: docs/reference/facts.md (table `flow`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from evenhand.readers import Batch, Partly
from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.record import BOTH, NO_TIME, UNSTATED, Label, records

ROWS = 50_000
MOST = 1 << 62  # a count beyond is no count


class Row(NamedTuple):
    """One record; times in microseconds since 1970 UTC, -1 for what is not counted."""

    number: int
    source: str | None  # an address in any form; None where the log does not say
    target: str
    source_port: int = 0
    target_port: int = 0
    protocol: int = UNSTATED
    packets: int = -1
    size: int = -1
    packets_back: int = -1
    size_back: int = -1
    start: int = NO_TIME
    end: int = NO_TIME
    sure: bool = True
    layer: int = BOTH
    label: Label = Label("frame")


class RowBuffer:
    """Rows on their way to a flow table."""

    def __init__(self, unit: str) -> None:
        self.flows = FlowTable(unit)
        self._rows: list[Row] = []

    def add(self, row: Row) -> Iterator[Batch]:
        """Take one row."""
        self._rows.append(row)
        if len(self._rows) >= ROWS:
            yield from self._flush()

    def finish(self) -> Iterator[Batch | Partly]:
        """The flows that are left, and what could not be one."""
        yield from self._flush()
        yield from self.flows.finish()
        if self.flows.odd:
            yield Partly(f"{self.flows.odd} records have an end that is no address")

    def _flush(self) -> Iterator[Batch]:
        import numpy as np

        rows, self._rows = self._rows, []
        if not rows:
            return
        given = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
        columns = {
            name: np.array([v if -MOST < v < MOST else -1 for v in given[name]], np.int64)
            for name in Row._fields
            if name not in ("source", "target", "label")
        }
        for end in ("source", "target"):
            columns[end] = self.flows.addresses.listed(given[end])
        columns["label"] = np.array([self.flows.label(one) for one in given["label"]], np.int64)
        yield from self.flows.add(records(len(rows), **columns))


def count(value: object) -> int:
    """A count as a log writes it (number or digits); -1 for none."""
    if isinstance(value, bool):
        return -1
    if isinstance(value, int | float):
        return int(value) if 0 <= value < MOST else -1
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def port(value: object) -> int:
    """A port as a log writes it; 0 for none."""
    found = count(value)
    return found if 0 <= found < 65536 else 0
