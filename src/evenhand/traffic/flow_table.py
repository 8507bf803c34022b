"""Flows: records of a log added up by their two ends, in columns, in bounded memory.

Of a flow that several points saw, each way counts as the point saw it that saw most of it: a
packet that passes two interfaces is one packet. A table that is full is given out and begun
anew, so that nothing is lost; such a flow then stands in two rows.

Spec: docs/reference/facts.md (table `flow`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from evenhand.readers import Batch
from evenhand.traffic.address import NO_ADDRESS, UNKNOWN, Addresses
from evenhand.traffic.ahead import Aside
from evenhand.traffic.grouping import either, places_below
from evenhand.traffic.met import Met
from evenhand.traffic.record import BOTH, INNER, NAMES, NO_TIME, OUTER, Label, Records
from evenhand.traffic.record_sums import LABELS, NEVER, PROTOCOLS, RecordSums, keyed

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Columns = dict[str, Integers]

FLOWS = 1_000_000  # flows kept at a time
ADDRESSES = 1_000_000  # different addresses kept at a time
WORTH = 20_000  # records that are worth another thread
BATCH_ROWS = 1 << 17
KEYS = ("ends", "kind")
LEAST = ("first", "sure", "early")


class FlowTable:
    """Flows of one log; `unit` is what its records are called in a locator."""

    def __init__(self, unit: str = "line") -> None:
        self.addresses = Addresses()
        self.odd = 0  # records with an end that is no address
        self._unit = unit
        self._labels: dict[Label, int] = {}
        self._sums = RecordSums()
        self._adding: Callable[[], None] | None = None  # of the last records, in another thread
        self._aside = Aside()

    def label(self, label: Label) -> int:
        """The number of a label, until flows are next given out."""
        return self._labels.setdefault(label, len(self._labels))

    def add(self, rows: Records) -> Iterator[Batch]:
        """Count records; yields flows where the table is full."""
        odd = (rows.source == NO_ADDRESS) | (rows.target == NO_ADDRESS)
        odd |= rows.target == UNKNOWN
        if odd.any():
            self.odd += int(odd.sum())
            rows = Records(*(column[~odd] for column in rows))
        if not len(rows.number):
            return
        given = keyed(rows, self.addresses.version6)
        self._wait()
        full = len(self.addresses) > ADDRESSES or len(self._labels) > LABELS // 2
        full |= len(self._sums) > FLOWS
        self._adding = self._aside.begun(partial(self._sums.add, given), len(rows.number) > WORTH)
        if full:
            yield from self.finish()

    def _wait(self) -> None:
        """Wait for what is added up beside the reading."""
        if self._adding is not None:
            self._adding()
            self._adding = None

    def finish(self) -> Iterator[Batch]:
        """The flows that are left, in order of their first records; then there are none."""
        import numpy as np

        self._wait()
        sums, self._sums = self._sums, RecordSums()
        if len(sums):
            found = _seen_most(sums.summed(), list(self._labels))
            order = np.argsort(found["first"], kind="stable")
            for at in range(0, len(order), BATCH_ROWS):
                some = order[at : at + BATCH_ROWS]
                part = {name: column[some] for name, column in found.items()}
                yield from _layers(self._arrow(part), part["kind"] >> 20 & 3)
        self.addresses.clear()
        self._labels.clear()

    def _arrow(self, part: Columns) -> pa.RecordBatch:
        import pyarrow as pa
        import pyarrow.compute as pc

        count = len(part["first"])
        said = either(part["sure"] != NEVER, part["sure"], part["early"])
        high = (said & 1).astype(bool)  # the client is the end that sorts second
        low_end, high_end = part["ends"] >> 32, part["ends"] & 0xFFFFFFFF
        low_port, high_port = part["kind"] >> 48 & 0xFFFF, part["kind"] >> 32 & 0xFFFF
        labels = list(self._labels)

        def worded(field: str) -> pa.Array:
            texts = [getattr(label, field) for label in labels]
            return pa.array(texts, pa.string()).take(pa.array(part["kind"] & LABELS - 1))

        def counted(kind: str, sent: bool) -> pa.Array:
            up = either(high == sent, part[f"{kind}_down"], part[f"{kind}_up"])
            return pa.array(up, mask=part[f"{kind}_stated"] == 0)

        def said_of() -> dict[str, pa.Array]:
            numbers = pa.array(part["first"]).cast(pa.string())
            return {
                "locator": pc.binary_join_element_wise(f"{self._unit} ", numbers, ""),
                "grade": pa.repeat("observed", count),
                "client_address": self.addresses.texts(either(high, high_end, low_end)),
                "client_port": pa.array(either(high, high_port, low_port)),
                "server_address": self.addresses.texts(either(high, low_end, high_end)),
                "server_port": pa.array(either(high, low_port, high_port)),
                "protocol": _protocols(part["kind"] >> 22 & PROTOCOLS - 1),
            }

        aside = self._aside.begun(said_of, count > WORTH)
        rest = {
            "packets_sent": counted("packets", True),
            "bytes_sent": counted("size", True),
            "packets_received": counted("packets", False),
            "bytes_received": counted("size", False),
            "first_seen": _times(part["early"] >> 2, NO_TIME),
            "last_seen": _times(part["high"], -NO_TIME),
            **{f: worded(f) for f in Label._fields},
        }
        columns = aside() | rest
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _layers(rows: pa.RecordBatch, layer: Integers) -> Iterator[Batch]:
    """The rows that belong to each layer, the outer one first."""
    import pyarrow as pa

    for own, name in ((OUTER, "outer"), (INNER, "inner")):
        chosen = (layer == BOTH) | (layer == own)
        part = rows if chosen.all() else rows.filter(pa.array(chosen))
        if part.num_rows:
            yield Batch("flow", part.append_column("layer", pa.repeat(name, part.num_rows)))


def _seen_most(found: Columns, labels: Sequence[Label]) -> Columns:
    """Rows of one flow that differ in their point alone as one: each way as who saw most of it."""
    import numpy as np

    if len({label.point for label in labels}) < 2:
        return found
    rest: dict[Label, int] = {}
    without = [rest.setdefault(label._replace(point=None), len(rest)) for label in labels]
    own_label = np.array(without, np.int64)[found["kind"] & LABELS - 1]
    flows = Met()
    of = flows.numbers(found["ends"], found["kind"] & -LABELS | own_label)
    if flows.count == len(own_label):
        return found
    several = np.bincount(of)[of] > 1
    own = np.flatnonzero(several)
    volume = found["packets_up"][own] + found["packets_down"][own]
    own = own[np.lexsort((found["first"][own], -volume, of[own]))]
    start = np.flatnonzero(np.diff(of[own], prepend=-1))
    merged = {}
    for name, column in found.items():
        take: Any = np.minimum if name in LEAST else np.maximum
        given = column[own]
        joined = given[start] if name in KEYS else take.reduceat(given, start)
        merged[name] = np.concatenate([column[~several], joined])
    return merged


def _times(values: Integers, missing: int) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int64(), mask=values == missing).cast(pa.timestamp("us", "UTC"))


def _protocols(numbers: Integers) -> pa.Array:
    import pyarrow as pa

    different, group = places_below(numbers, PROTOCOLS)
    written = [NAMES.get(p, str(p)) for p in different.tolist()]
    return pa.array(written, pa.string()).take(pa.array(group))
