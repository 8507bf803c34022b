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
from evenhand.traffic.grouping import Groups, grouped, places_below
from evenhand.traffic.record import (
    BOTH,
    ICMP,
    ICMP6,
    INNER,
    NAMES,
    NO_TIME,
    OUTER,
    WITH_PORTS,
    Label,
    Records,
)
from evenhand.traffic.record_sums import COUNTS, LABELS, RecordSums, Sums

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Columns = dict[str, Integers]

FLOWS = 1_000_000  # flows kept at a time
ADDRESSES = 1_000_000  # different addresses kept at a time
PENDING = 500_000  # flows of one way, added up before both ways are joined
WORTH = 20_000  # records that are worth another thread
BATCH_ROWS = 1 << 17
NEVER = (1 << 63) - 1
PROTOCOLS = 1 << 9  # numbers of protocols are less
KEYS = ("ends", "kind", "label")
SUMS = ("packets_up", "size_up", "packets_down", "size_down")
LEAST = ("first", "sure", "early", "low")


class FlowTable:
    """Flows of one log; `unit` is what its records are called in a locator."""

    def __init__(self, unit: str = "line") -> None:
        self.addresses = Addresses()
        self.odd = 0  # records with an end that is no address
        self._unit = unit
        self._labels: dict[Label, int] = {}
        self._kept: Columns | None = None
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
        self._wait()
        full = len(self.addresses) > ADDRESSES or len(self._labels) > LABELS // 2
        many = len(self._sums) > PENDING
        self._adding = self._aside.begun(partial(self._sums.add, rows), len(rows.number) > WORTH)
        if full or many:
            self._merge()
            if self._kept is not None and (full or len(self._kept["first"]) > FLOWS):
                yield from self._given()

    def finish(self) -> Iterator[Batch]:
        """The flows that are left."""
        self._merge()
        yield from self._given()

    def _wait(self) -> None:
        """Wait for what is added up beside the reading."""
        if self._adding is not None:
            self._adding()
            self._adding = None

    def _merge(self) -> None:
        """Have one row for both ways of a flow."""
        self._wait()
        if len(self._sums):
            sums, self._sums = self._sums, RecordSums()
            part = _single(sums.summed(), self.addresses)
            self._kept = _grouped([self._kept, part] if self._kept else [part])

    def _given(self) -> Iterator[Batch]:
        """Everything kept, in order of its first record; then nothing is kept."""
        import numpy as np

        kept, self._kept = self._kept, None
        if kept is not None:
            kept = _seen_most(kept, list(self._labels))
            order = np.argsort(kept["first"], kind="stable")
            for at in range(0, len(order), BATCH_ROWS):
                some = order[at : at + BATCH_ROWS]
                part = {name: column[some] for name, column in kept.items()}
                yield from _layers(self._arrow(part), part["kind"] & 3)
        self.addresses.clear()
        self._labels.clear()

    def _arrow(self, part: Columns) -> pa.RecordBatch:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        count = len(part["first"])
        said = np.where(part["sure"] != NEVER, part["sure"], part["early"])
        high = (said & 1).astype(bool)  # the client is the end that sorts second
        low_end, high_end = part["ends"] >> 32, part["ends"] & 0xFFFFFFFF
        low_port, high_port = part["kind"] >> 32 & 0xFFFF, part["kind"] >> 16 & 0xFFFF
        labels = list(self._labels)

        def worded(field: str) -> pa.Array:
            texts = [getattr(label, field) for label in labels]
            return pa.array(texts, pa.string()).take(pa.array(part["label"]))

        def counted(kind: str, sent: bool) -> pa.Array:
            up = np.where(high == sent, part[f"{kind}_down"], part[f"{kind}_up"])
            return pa.array(up, mask=part[f"{kind}_stated"] == 0)

        numbers = pa.array(part["first"] >> 1).cast(pa.string())
        columns = {
            "locator": pc.binary_join_element_wise(f"{self._unit} ", numbers, ""),
            "grade": pa.repeat("observed", count),
            "client_address": self.addresses.texts(np.where(high, high_end, low_end)),
            "client_port": pa.array(np.where(high, high_port, low_port)),
            "server_address": self.addresses.texts(np.where(high, low_end, high_end)),
            "server_port": pa.array(np.where(high, low_port, high_port)),
            "protocol": _protocols(part["kind"] >> 2 & 0x1FF),
            "packets_sent": counted("packets", True),
            "bytes_sent": counted("size", True),
            "packets_received": counted("packets", False),
            "bytes_received": counted("size", False),
            "first_seen": _times(part["low"], NO_TIME),
            "last_seen": _times(part["high"], -NO_TIME),
            **{f: worded(f) for f in Label._fields},
        }
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _single(rows: Sums, addresses: Addresses) -> Columns:
    """One partial flow per row. `up` is from the end that sorts first, `down` the other way."""
    import numpy as np

    protocol = rows.protocol
    icmp = (protocol == ICMP) | (protocol == ICMP6)
    if icmp.any():  # logs give one name or number to both
        six = addresses.version6(rows.target)
        protocol = np.where(icmp, np.where(six, ICMP6, ICMP), protocol)
    ported = np.isin(protocol, (*WITH_PORTS, 256))
    ports = [np.where(ported, p, 0) for p in (rows.source_port, rows.target_port)]
    down = (rows.source > rows.target) | ((rows.source == rows.target) & (ports[0] > ports[1]))
    ends = np.where(down, rows.target << 32 | rows.source, rows.source << 32 | rows.target)
    low, high = np.where(down, ports[1], ports[0]), np.where(down, ports[0], ports[1])
    side = down.astype(np.int64)
    # Of two that start at once, the end with the smaller port is taken for the server.
    tie = (ports[0] < ports[1]).astype(np.int64)

    def ways(forth: Integers, back: Integers) -> tuple[Integers, Integers]:
        forth, back = np.maximum(forth, 0), np.maximum(back, 0)
        return np.where(down, back, forth), np.where(down, forth, back)

    packets, packets_back, size, size_back = (rows.counts[name] for name in COUNTS)
    packets_ways, size_ways = ways(packets, packets_back), ways(size, size_back)
    return {
        "ends": ends,
        "kind": low << 32 | high << 16 | protocol << 2 | rows.layer,
        "label": rows.label,
        "first": rows.first << 1,
        "sure": np.where(rows.sure == 1, rows.first * 2 + side, NEVER),
        "early": rows.low * 4 + tie * 2 + side,
        "low": rows.low,
        "high": rows.high,
        "packets_up": packets_ways[0],
        "packets_down": packets_ways[1],
        "packets_stated": ((packets >= 0) | (packets_back >= 0)).astype(np.int64),
        "size_up": size_ways[0],
        "size_down": size_ways[1],
        "size_stated": ((size >= 0) | (size_back >= 0)).astype(np.int64),
    }


def _grouped(parts: Sequence[Columns]) -> Columns:
    """Partial flows of the same keys added up, one column at a time to spare memory."""
    import numpy as np

    parts = [dict(part) for part in parts]  # emptied below as their columns are used up

    def column(name: str) -> Integers:
        joined: Integers = np.concatenate([part.pop(name) for part in parts])
        return joined

    keys = {name: column(name) for name in KEYS}
    same = _same(*keys.values())
    found = {name: key[same.first] for name, key in keys.items()}
    for name in list(parts[0]):
        how = "min" if name in LEAST else "sum" if name in SUMS else "max"
        found[name] = same.added(column(name), how)
    return found


def _same(ends: Integers, kind: Integers, label: Integers) -> Groups:
    """The groups of rows of the same flow and label."""
    few = (kind >> 32, kind >> 16 & 0xFFFF, kind & 0xFFFF, label)  # each takes but a few bits
    return grouped([ends >> 32, ends & 0xFFFFFFFF, *few])


def order_of(keys: Sequence[Integers]) -> Integers:
    """An order in which equal rows stand together: by one mixed key, by all if that clashes."""
    import numpy as np

    odd = (-7046029254386353131, -4417276706812531889, 6364136223846793005)
    mixed = np.bitwise_xor.reduce([k * np.int64(m) for k, m in zip(keys, odd, strict=False)])
    mixed ^= mixed >> np.int64(29)
    order: Integers = np.argsort(mixed)
    same = mixed[order[1:]] == mixed[order[:-1]]
    differ = np.logical_or.reduce([k[order[1:]] != k[order[:-1]] for k in keys])
    return np.lexsort(tuple(keys)) if (same & differ).any() else order


def _layers(rows: pa.RecordBatch, layer: Integers) -> Iterator[Batch]:
    """The rows that belong to each layer, the outer one first."""
    import pyarrow as pa

    for own, name in ((OUTER, "outer"), (INNER, "inner")):
        chosen = (layer == BOTH) | (layer == own)
        part = rows if chosen.all() else rows.filter(pa.array(chosen))
        if part.num_rows:
            yield Batch("flow", part.append_column("layer", pa.repeat(name, part.num_rows)))


def _seen_most(kept: Columns, labels: Sequence[Label]) -> Columns:
    """Rows of one flow that differ in their point alone as one: each way as who saw most of it."""
    import numpy as np

    if len({label.point for label in labels}) < 2:
        return kept
    rest: dict[Label, int] = {}
    without = [rest.setdefault(label._replace(point=None), len(rest)) for label in labels]
    keys = [kept["ends"], kept["kind"], np.array(without, np.int64)[kept["label"]]]
    if len(_same(*keys).first) == len(keys[0]):
        return kept
    order = order_of(keys)
    again = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
    volume = kept["packets_up"] + kept["packets_down"]
    several = np.zeros(len(order), bool)
    several[order[1:][again]] = several[order[:-1][again]] = True
    own = np.nonzero(several)[0]
    own = own[np.lexsort((kept["first"][own], -volume[own], *(key[own] for key in keys)))]
    first = np.ones(len(own), bool)
    first[1:] = np.logical_or.reduce([key[own[1:]] != key[own[:-1]] for key in keys])
    start = np.nonzero(first)[0]
    merged = {name: column[own][start] for name, column in kept.items() if name in KEYS}
    for name in kept.keys() - {*KEYS}:
        take: Any = np.minimum if name in LEAST else np.maximum
        merged[name] = take.reduceat(kept[name][own], start)
    return {name: np.concatenate([kept[name][~several], merged[name]]) for name in kept}


def _times(values: Integers, missing: int) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int64(), mask=values == missing).cast(pa.timestamp("us", "UTC"))


def _protocols(numbers: Integers) -> pa.Array:
    import pyarrow as pa

    different, group = places_below(numbers, PROTOCOLS)
    written = [NAMES.get(p, str(p)) for p in different.tolist()]
    return pa.array(written, pa.string()).take(pa.array(group))
