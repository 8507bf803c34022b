"""Flow logs in Parquet, by the names of their columns: AWS (VPC, transit gateway) and Azure.

Spec: Apache Parquet; Amazon VPC user guide, Flow log records; Azure traffic analytics schema
(NTANetAnalytics).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.traffic.ahead import fetched
from evenhand.traffic.analytics import AnalyticsLog
from evenhand.traffic.vpc import NUMBERS, WORDS, VpcLog, name_of

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = "1"
RECOGNISES = {"magic": ((0, "50415231"),)}  # PAR1
EMITS = ("flow", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets, or not stated; traffic that flow logs leave "
        "out; records that the log says were skipped; who began a flow where the log has no "
        "TCP flags; client ports, which traffic analytics adds up over"
    ),
    "mention": "the log holds no names",
}

ROWS = 1 << 18  # decoded at once
TAKEN = 1 << 17  # of these at a time, so that some are added up while others are looked at
ANALYTICS = AnalyticsLog.COLUMNS


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the flows; stops at the first group of rows that cannot be read."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        memory = pa.py_buffer(artefact.map())
        names = parquet.read_schema(pa.BufferReader(memory)).names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(f"no Parquet that can be read: {_short(error)}", 0) from None
    plain = {name_of(n): n for n in names}
    log: VpcLog | AnalyticsLog
    if {"srcaddr", "dstaddr"} <= plain.keys():
        wanted = {own: n for own, n in plain.items() if own in WORDS or own in NUMBERS}
        coded = [n for own, n in wanted.items() if own in WORDS]
        log = VpcLog("row")
    elif {"SrcIp", "DestIp", "DestPort"} <= {*names}:
        wanted = {n: n for n in names if n in ANALYTICS}
        coded = [n for n in wanted if n in AnalyticsLog.WORDS]
        log = AnalyticsLog("row")
    else:
        raise NotThisFormat("the columns are not those of a flow log")
    yield from _rows(memory, log, wanted, coded)


def _rows(
    memory: pa.Buffer,
    log: VpcLog | AnalyticsLog,
    wanted: Mapping[str, str],
    coded: list[str],
) -> Iterator[Item]:
    import numpy as np
    import pyarrow as pa

    at, stopped = 0, None
    try:
        words = [name for name in wanted.values() if name in coded]
        halves = words, [name for name in wanted.values() if name not in coded]
        for columns, count in _side_by_side([_batches(memory, h, coded) for h in halves if h]):
            given = {own: _plain(columns[name]) for own, name in wanted.items()}
            numbers: Any = np.arange(at + 1, at + 1 + count)
            yield from log.take(given, numbers)
            at += count
    except (pa.ArrowException, OSError, ValueError) as error:
        stopped = Unreadable(f"rows from {at + 1} on cannot be read: {_short(error)}")
    yield from log.flows.finish()
    if log.skipped:
        yield Partly(f"{log.skipped} records say that the log skipped data (SKIPDATA)")
    if log.flows.odd:
        yield Partly(f"{log.flows.odd} records have an end that is no address")
    if stopped:
        raise stopped


def _batches(memory: pa.Buffer, names: list[str], coded: list[str]) -> Iterator[pa.RecordBatch]:
    """Some columns, decoded ahead."""
    import pyarrow as pa
    from pyarrow import parquet

    source = pa.BufferReader(memory)
    opened = parquet.ParquetFile(source, read_dictionary=coded, memory_map=False)
    return fetched(map(_checked, opened.iter_batches(ROWS, columns=names, use_threads=False)))


def _side_by_side(
    parts: list[Iterator[pa.RecordBatch]],
) -> Iterator[tuple[dict[str, pa.Array], int]]:
    """Columns that are decoded apart, so many rows of each at a time as all have, and how many."""
    left: list[pa.RecordBatch | None] = [None] * len(parts)
    while True:
        left = [
            batch if batch is not None and batch.num_rows else next(part, None)
            for batch, part in zip(left, parts, strict=True)
        ]
        there = [batch for batch in left if batch is not None]
        if not there:
            return
        if len(there) < len(left):
            raise ValueError("columns are not of one length")
        count = min(TAKEN, *(batch.num_rows for batch in there))
        if count:
            some = [batch.slice(0, count) for batch in there]
            yield {n: b.column(n) for b in some for n in b.schema.names}, count
        left = [batch.slice(count) for batch in there]


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same, if no row names a word that the file does not hold, and all words are UTF-8."""
    batch.validate(full=True)
    return batch


def _plain(column: pa.Array) -> pa.Array:
    """Texts that say nothing (`-`) are left to their readers; odd types are made texts."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_binary(kind):
        return column.cast(pa.string())
    return column


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
