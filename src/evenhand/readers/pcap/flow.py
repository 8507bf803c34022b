"""Flows: rows added up by their two ends, in columns.

Spec: docs/reference/facts.md (table `flow`); RFC 9293 (SYN, ACK).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.readers import Batch
from evenhand.readers.pcap.address import Addresses, text
from evenhand.readers.pcap.columns import ACK, PLAIN, SYN, TUNNELLED, Rows
from evenhand.readers.pcap.container import MISSING
from evenhand.readers.pcap.packet import TCP

if TYPE_CHECKING:
    import pyarrow as pa

    from evenhand.readers.pcap.view import Integers

    Columns = dict[str, Integers]

FLOWS = 2_000_000  # flows kept per layer: those met first
BATCH_ROWS = 1 << 17
NEVER = (1 << 63) - 1
LEAST = ("first", "syn", "time_low")  # added up by the least value; the rest as named
SUMS = ("packets_up", "packets_down", "bytes_up", "bytes_down")


class FlowTable:
    """Flows of one kind of packet; partial sums are merged as they pile up."""

    def __init__(self) -> None:
        self.dropped = 0  # packets whose flow found no room
        self._kept: Columns | None = None
        self._parts: list[Columns] = []
        self._pending = 0

    def add(self, rows: Rows) -> None:
        """Count rows that have an IP header; others are passed over."""
        counted = (rows.state == PLAIN) | (rows.state == TUNNELLED)
        if not counted.all():
            rows = rows.only(counted)
        if len(rows.number):
            self._parts.append(_grouped([_single(rows)]))
            self._pending += len(self._parts[-1]["first"])
            if self._pending > max(500_000, len(self._kept["first"]) // 2 if self._kept else 0):
                self._merge()

    def take(self, other: FlowTable) -> None:
        """Count all that `other` has counted as well."""
        other._merge()
        self.dropped += other.dropped
        if other._kept is not None:
            self._parts.append(other._kept)
            self._merge()

    def flows(self) -> Columns | None:
        """One row per flow, in no order; None where there is none."""
        self._merge()
        return self._kept

    def _merge(self) -> None:
        import numpy as np

        if not self._parts:
            return
        parts = [*([self._kept] if self._kept else []), *self._parts]
        self._parts, self._kept, self._pending = [], None, 0
        merged = _grouped(parts) if len(parts) > 1 else parts[0]
        if len(merged["first"]) > FLOWS:
            keep = np.argpartition(merged["first"], FLOWS - 1)
            rest = keep[FLOWS:]
            self.dropped += int((merged["packets_up"][rest] + merged["packets_down"][rest]).sum())
            merged = {name: column[np.sort(keep[:FLOWS])] for name, column in merged.items()}
        self._kept = merged


def _single(rows: Rows) -> Columns:
    """One partial flow per row. `up` is from the end that sorts first, `down` the other way."""
    import numpy as np

    down = (rows.source > rows.target) | (
        (rows.source == rows.target) & (rows.source_port > rows.target_port)
    )
    ends = np.where(down, rows.target << 32 | rows.source, rows.source << 32 | rows.target)
    low = np.where(down, rows.target_port, rows.source_port)
    high = np.where(down, rows.source_port, rows.target_port)
    kind = low << 32 | high << 16 | rows.protocol << 8 | rows.version
    # Number and direction in one value, so that the least one names the first packet's sender.
    first = rows.number * 2 + down
    syn = (rows.protocol == TCP) & (rows.flags & SYN != 0)
    client = np.where(rows.flags & ACK != 0, ~down, down)  # of SYN and ACK: the receiver
    unset = rows.time_us == MISSING
    return {
        "ends": ends,
        "kind": kind,
        "first": first,
        "syn": np.where(syn, rows.number * 2 + client, NEVER),
        "time_low": np.where(unset, NEVER, rows.time_us),
        "time_high": rows.time_us,
        "packets_up": (~down).astype(np.int64),
        "packets_down": down.astype(np.int64),
        "bytes_up": np.where(down, 0, rows.wire),
        "bytes_down": np.where(down, rows.wire, 0),
    }


def _grouped(parts: list[Columns]) -> Columns:
    """Partial flows of the same ends added up, one column at a time to spare memory."""
    import numpy as np

    parts = [dict(part) for part in parts]  # emptied below as their columns are used up

    def column(name: str) -> Integers:
        joined: Integers = np.concatenate([part.pop(name) for part in parts])
        return joined

    ends, kind = column("ends"), column("kind")
    order = _order(ends, kind)
    ends, kind = ends[order], kind[order]
    new = np.ones(len(order), bool)
    new[1:] = (ends[1:] != ends[:-1]) | (kind[1:] != kind[:-1])
    start = np.nonzero(new)[0]
    grouped = {"ends": ends[start], "kind": kind[start]}
    for name in list(parts[0]):
        add: Any = np.minimum if name in LEAST else np.add if name in SUMS else np.maximum
        grouped[name] = add.reduceat(column(name)[order], start)
    return grouped


def _order(ends: Integers, kind: Integers) -> Integers:
    """An order in which equal pairs stand together: by one mixed key, by both if that clashes."""
    import numpy as np

    mixed = (ends * np.int64(-7046029254386353131)) ^ (kind * np.int64(-4417276706812531889))
    order: Integers = np.argsort(mixed)
    same = mixed[order[1:]] == mixed[order[:-1]]
    differ = (ends[order[1:]] != ends[order[:-1]]) | (kind[order[1:]] != kind[order[:-1]])
    return np.lexsort((kind, ends)) if (same & differ).any() else order


def batches(outer: Columns | None, inner: Columns | None, addresses: Addresses) -> Iterator[Batch]:
    """Both layers as Arrow, in order of first packet, the outer layer first."""
    import numpy as np

    none = np.zeros(0, np.int64)
    first = [none if flows is None else flows["first"] // 2 * 2 for flows in (outer, inner)]
    # Rows of the inner layer are numbered behind those of the outer one.
    order = np.argsort(np.concatenate([first[0], first[1] + 1]), kind="stable")
    for start in range(0, len(order), BATCH_ROWS):
        some = order[start : start + BATCH_ROWS]
        layer = (some >= len(first[0])).astype(np.int64)
        part: Columns = {}
        for name in outer or inner or {}:
            picked = np.empty(len(some), np.int64)
            for number, flows in enumerate((outer, inner)):
                if flows is not None:
                    mine = layer == number
                    picked[mine] = flows[name][some[mine] - number * len(first[0])]
            part[name] = picked
        yield Batch("flow", _arrow(part, layer, addresses))


def _arrow(part: Columns, layer: Integers, addresses: Addresses) -> pa.RecordBatch:
    import numpy as np
    import pyarrow as pa

    version = part["kind"] & 0xFF
    protocol = part["kind"] >> 8 & 0xFF
    said = np.where(part["syn"] != NEVER, part["syn"], part["first"])
    client_high = (said & 1).astype(bool)  # the client is the end that sorts second
    ends = part["ends"] >> 32 & 0xFFFFFFFF, part["ends"] & 0xFFFFFFFF
    ports = part["kind"] >> 32 & 0xFFFF, part["kind"] >> 16 & 0xFFFF

    def side(pair: tuple[Any, Any], client: bool) -> Integers:
        picked: Integers = np.where(client_high == client, pair[1], pair[0])
        return picked

    counts = {n: (part[f"{n}_up"], part[f"{n}_down"]) for n in ("packets", "bytes")}
    low, high = part["time_low"], part["time_high"]
    clock = pa.timestamp("us", "UTC")
    columns = {
        "locator": _joined("packet ", part["first"] // 2),
        "grade": pa.array(["observed"]).take(pa.array(np.zeros(len(low), np.int64))),
        "layer": pa.array(["outer", "inner"]).take(pa.array(layer)),
        "client_address": _texts(version, side(ends, True), addresses),
        "client_port": pa.array(side(ports, True)),
        "server_address": _texts(version, side(ends, False), addresses),
        "server_port": pa.array(side(ports, False)),
        "protocol": _protocols(version, protocol),
        "packets_sent": pa.array(side(counts["packets"], True)),
        "bytes_sent": pa.array(side(counts["bytes"], True)),
        "packets_received": pa.array(side(counts["packets"], False)),
        "bytes_received": pa.array(side(counts["bytes"], False)),
        "first_seen": pa.array(low, pa.int64(), mask=low == NEVER).cast(clock),
        "last_seen": pa.array(high, pa.int64(), mask=high == MISSING).cast(clock),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _joined(prefix: str, numbers: Integers) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _texts(version: Integers, number: Integers, addresses: Addresses) -> pa.Array:
    """Addresses as text; each different one is written once."""
    import numpy as np
    import pyarrow as pa

    different, group = np.unique(number << 8 | version, return_inverse=True)
    written = [text(addresses.raw(v & 0xFF, v >> 8)) for v in different.tolist()]
    return pa.array(written, pa.string()).take(pa.array(group))


def _protocols(version: Integers, protocol: Integers) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    names = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp6"}
    different, group = np.unique(protocol, return_inverse=True)
    written = [names.get(p, str(p)) for p in different.tolist()]
    return pa.array(written, pa.string()).take(pa.array(group))
