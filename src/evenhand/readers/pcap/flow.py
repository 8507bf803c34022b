"""Flows: rows added up by their two ends, in columns.

Spec: docs/reference/facts.md (table `flow`); RFC 9293 (SYN, ACK).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evenhand.readers import Batch
from evenhand.readers.pcap.address import Addresses, joined, texts_of
from evenhand.readers.pcap.application import ENCRYPTED, NAMES
from evenhand.readers.pcap.columns import ACK, SYN, Rows
from evenhand.readers.pcap.container import MISSING
from evenhand.readers.pcap.index import NONE, Index
from evenhand.readers.pcap.packet import TCP

if TYPE_CHECKING:
    import pyarrow as pa

    from evenhand.readers.pcap.view import Integers

    Columns = dict[str, Integers]

FLOWS = 2_000_000  # flows kept per layer: those met first
BATCH_ROWS = 1 << 17
NEVER = (1 << 63) - 1
LEAST = ("first", "syn", "time_low")  # of these the least value counts
SUMS = ("packets", "bytes")  # up and down, side by side
NOTES = ("application", "client")  # numbers; 0: nothing noted
ROOM = 1 << 12  # flows that there is room for at first
START = {
    **dict.fromkeys(LEAST, NEVER), "time_high": MISSING, **dict.fromkeys((*SUMS, *NOTES), 0)
}  # fmt: skip


class FlowTable:
    """Flows of one kind of packet, by number; `up` is from the end that sorts first."""

    def __init__(self) -> None:
        self.dropped = 0  # packets whose flow found no room
        self._index = Index(FLOWS)
        self._columns: Columns = {name: _empty(name, ROOM) for name in START}

    def add(self, rows: Rows) -> None:
        """Count rows, all of which have an IP header, and write the number of each one's flow."""
        import numpy as np

        part, down = _single(rows)
        rows.flow[:] = number = self._add(part)
        side, wire = number * 2 + down, rows.wire
        if (number == NONE).any():
            side, wire = side[number != NONE], wire[number != NONE]
        np.add.at(self._columns["packets"].reshape(-1), side, 1)
        np.add.at(self._columns["bytes"].reshape(-1), side, wire)

    def _add(self, part: Columns) -> Integers:
        """Enter partial flows, all but their sums; the number of each."""
        import numpy as np

        number, _ = self._index.numbers(part["ends"], part["kind"])
        self._grow()
        lost = number == NONE
        if lost.any():
            self.dropped += int(part["count"][lost].sum())
            part = {name: column[~lost] for name, column in part.items()}
        which = number[~lost] if lost.any() else number
        for name in LEAST:
            values = part[name]
            some = values != NEVER
            if not some.all():
                np.minimum.at(self._columns[name], which[some], values[some])
            else:
                np.minimum.at(self._columns[name], which, values)
        np.maximum.at(self._columns["time_high"], which, part["time_high"])
        return number

    def noted(self, name: str, flow: Integers) -> Integers:
        """What is noted of these flows."""
        return self._columns[name][flow]

    def note(self, name: str, flow: Integers, values: Integers) -> None:
        """Note values where nothing is noted yet; the first of several stands."""
        column = self._columns[name]
        free = column[flow] == 0
        column[flow[free][::-1]] = values[free][::-1]

    def note_one(self, name: str, flow: int, value: int) -> None:
        """Note one value unless there is one."""
        if not self._columns[name][flow]:
            self._columns[name][flow] = value

    def replace(self, name: str, flow: int, before: int, value: int) -> None:
        """Note a value that is more precise than the one before."""
        if self._columns[name][flow] == before:
            self._columns[name][flow] = value

    def take(self, other: FlowTable) -> None:
        """Count all that `other` has counted as well; numbers are given anew."""
        import numpy as np

        self.dropped += other.dropped
        mine, theirs = self.flows(), other.flows()
        if theirs is None:
            return
        if mine is None:  # the usual case, without tunnels: one table serves both layers
            self._index, self._columns = other._index, other._columns
            return
        self._index = Index(FLOWS)
        self._columns = {name: _empty(name, ROOM) for name in START}
        first = np.concatenate([mine["first"], theirs["first"]])
        order = np.argsort(first, kind="stable")  # those met first find room first

        def column(name: str) -> Integers:
            joined: Integers = np.concatenate([mine.pop(name), theirs[name]])[order]
            return joined

        sums, notes = {n: column(n) for n in SUMS}, {n: column(n) for n in NOTES}
        part = {name: column(name) for name in list(mine)}
        number = self._add(part | {"count": sums["packets"].sum(axis=1)})
        kept = number != NONE
        for name, values in sums.items():
            np.add.at(self._columns[name], number[kept], values[kept])
        for name, values in notes.items():
            self.note(name, number[kept], values[kept])

    def flows(self) -> Columns | None:
        """One row per flow, by number; None where there is none."""
        if not self._index.count:
            return None
        ends, kind = self._index.pairs
        columns = {name: column[: self._index.count] for name, column in self._columns.items()}
        return {"ends": ends, "kind": kind, **columns}

    def is_same(self, other: FlowTable) -> bool:
        """Whether both hold the same flows, by number."""
        return self._index is other._index and self._columns is other._columns

    def _grow(self) -> None:
        import numpy as np

        room = len(self._columns["first"])
        if self._index.count > room:
            more = max(self._index.count, 2 * room) - room
            for name, column in self._columns.items():
                self._columns[name] = np.concatenate([column, _empty(name, more)])


def _empty(name: str, count: int) -> Integers:
    import numpy as np

    kind = np.int32 if name in NOTES else np.int64
    return np.full((count, 2) if name in SUMS else count, START[name], kind)


def _single(rows: Rows) -> tuple[Columns, Integers]:
    """One partial flow per row, and whether it goes down: from the end that sorts second."""
    import numpy as np

    down = (rows.source > rows.target) | (
        (rows.source == rows.target) & (rows.source_port > rows.target_port)
    )
    ends = np.where(down, rows.target << 32 | rows.source, rows.source << 32 | rows.target)
    low = np.where(down, rows.target_port, rows.source_port)
    high = np.where(down, rows.source_port, rows.target_port)
    kind = low << 32 | high << 16 | rows.protocol << 8 | rows.version
    syn = (rows.protocol == TCP) & (rows.flags & SYN != 0)
    client = np.where(rows.flags & ACK != 0, ~down, down)  # of SYN and ACK: the receiver
    part = {
        "ends": ends,
        "kind": kind,
        # Number and direction in one value: the least one names the first packet's sender.
        "first": rows.number * 2 + down,
        "syn": np.where(syn, rows.number * 2 + client, NEVER),
        "time_low": np.where(rows.time_us == MISSING, NEVER, rows.time_us),
        "time_high": rows.time_us,
        "count": np.ones(len(down), np.int64),
    }
    return part, down.astype(np.int64)


def batches(
    outer: Columns | None,
    inner: Columns | None,
    addresses: Addresses,
    clients: Sequence[tuple[str, str]],
) -> Iterator[Batch]:
    """Both layers as Arrow, in order of first packet, the outer layer first.

    `clients` are pairs of JA4 and protocols offered, by the numbers that are noted.
    """
    import numpy as np

    if outer is inner:  # the usual case, without tunnels: every flow is in both
        yield from _twice(outer or {}, addresses, clients)
        return
    none = np.zeros(0, np.int64)
    first = [none if flows is None else flows["first"] // 2 * 2 for flows in (outer, inner)]
    # Rows of the inner layer are numbered behind those of the outer one.
    order = np.argsort(np.concatenate([first[0], first[1] + 1]), kind="stable")
    for start in range(0, len(order), BATCH_ROWS):
        some = order[start : start + BATCH_ROWS]
        layer = (some >= len(first[0])).astype(np.int64)
        part: Columns = {}
        for name in outer or inner or {}:
            picked = np.empty((len(some), 2) if name in SUMS else len(some), np.int64)
            for number, flows in enumerate((outer, inner)):
                if flows is not None:
                    mine = layer == number
                    picked[mine] = flows[name][some[mine] - number * len(first[0])]
            part[name] = picked
        yield Batch("flow", _arrow(part, layer, addresses, clients))


def _twice(
    flows: Columns, addresses: Addresses, clients: Sequence[tuple[str, str]]
) -> Iterator[Batch]:
    """Flows that are in both layers, each written once and put into each."""
    import numpy as np
    import pyarrow as pa

    order = np.argsort(flows["first"] // 2, kind="stable") if flows else np.zeros(0, np.int64)
    for start in range(0, len(order), BATCH_ROWS // 4):  # both are held while rows are put twice
        some = order[start : start + BATCH_ROWS // 4]
        part = {name: column[some] for name, column in flows.items()}
        once = _arrow(part, np.zeros(len(some), np.int64), addresses, clients)
        rows = once.take(pa.array(np.repeat(np.arange(len(some)), 2)))
        layer = pa.array(["outer", "inner"] * len(some))
        yield Batch("flow", rows.set_column(rows.schema.names.index("layer"), "layer", layer))


def _arrow(
    part: Columns, layer: Integers, addresses: Addresses, clients: Sequence[tuple[str, str]]
) -> pa.RecordBatch:
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

    counts = {n: (part[n][:, 0], part[n][:, 1]) for n in SUMS}
    low, high = part["time_low"], part["time_high"]
    clock = pa.timestamp("us", "UTC")
    noted = {name: pa.array(part[name]) for name in NOTES}
    columns = {
        "locator": joined("packet ", part["first"] // 2),
        "grade": pa.repeat("observed", len(low)),
        "layer": pa.array(["outer", "inner"]).take(pa.array(layer)),
        "client_address": texts_of(version, side(ends, True), addresses),
        "client_port": pa.array(side(ports, True)),
        "server_address": texts_of(version, side(ends, False), addresses),
        "server_port": pa.array(side(ports, False)),
        "protocol": _protocols(version, protocol),
        "packets_sent": pa.array(side(counts["packets"], True)),
        "bytes_sent": pa.array(side(counts["bytes"], True)),
        "packets_received": pa.array(side(counts["packets"], False)),
        "bytes_received": pa.array(side(counts["bytes"], False)),
        "first_seen": pa.array(low, pa.int64(), mask=low == NEVER).cast(clock),
        "last_seen": pa.array(high, pa.int64(), mask=high == MISSING).cast(clock),
        "application": pa.array([n or None for n in NAMES]).take(noted["application"]),
        "encrypted": pa.array(ENCRYPTED.values()).take(noted["application"]),
        "alpn": pa.array([p or None for _, p in clients], pa.string()).take(noted["client"]),
        "ja4": pa.array([j or None for j, _ in clients], pa.string()).take(noted["client"]),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _protocols(version: Integers, protocol: Integers) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    names = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp6"}
    different, group = np.unique(protocol, return_inverse=True)
    written = [names.get(p, str(p)) for p in different.tolist()]
    return pa.array(written, pa.string()).take(pa.array(group))
