"""The process that reads artefacts: confined, told what to read line by line, never trusted.

It takes one JSON line per batch on standard input, prints one JSON line per step, and leaves
rows as Arrow streams and members of archives as files in its folder. The parent checks both.

Spec: Apache Arrow IPC streaming format; JSON Lines.
"""

from __future__ import annotations

import errno
import functools
import gc
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand import facts
from evenhand.artefact import Artefact, Child
from evenhand.confine import confine, limit_processor
from evenhand.discovery import Reader
from evenhand.errors import LeftToOthers, NotThisFormat, Unreadable
from evenhand.guard import RECOGNITION, WRITING, guarded
from evenhand.limits import COLLECT, MIB, Limits
from evenhand.readers import Batch, Complete, Partly
from evenhand.recognise import last_resort, readers_for

if TYPE_CHECKING:
    import pyarrow as pa

FULL = (errno.ENOSPC, errno.EDQUOT)
ROWS_PER_BATCH = 20_000
RATIO_FROM_BYTES = 64 * MIB
PARTLY_REASONS = 5  # reasons spelled out in one reading; the rest are counted


class TooMuch(Unreadable):
    """An archive expands beyond its limits: nothing more of it is opened."""


class Rows:
    """Rows on their way to the parent: one Arrow stream a table, written in bounded batches."""

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        self._pending: dict[str, list[tuple[Any, ...]]] = {}
        self._streams: dict[str, Any] = {}
        self.files: dict[str, str] = {}

    def add(self, table: str, identity: str, digest: str, row: Any) -> None:
        """Add one row; `identity` is its id."""
        pending = self._pending.setdefault(table, [])
        shape = facts.tables()[table]
        values = row._asdict()
        for column in _integers(table):
            if values[column] is not None and not -(1 << 63) <= values[column] < 1 << 63:
                raise Unreadable(f"{table}.{column}: {str(values[column])[:40]} is out of range")
        fixed = {"id": identity, "artefact": digest}
        pending.append(tuple(fixed[c] if c in fixed else values[c] for c in shape.columns))
        if len(pending) >= ROWS_PER_BATCH:
            self._flush(table)

    def add_batch(self, table: str, start: int, prefix: str, digest: str, rows: Any) -> None:
        """Add an Arrow batch, filling in `id` (prefix and running number) and `artefact`."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        self._flush(table)
        count = rows.num_rows
        numbers = pa.array(np.arange(start, start + count)).cast(pa.string())
        columns = {
            "id": pc.binary_join_element_wise(prefix, numbers, ""),
            "artefact": pa.repeat(digest, count),
        }
        shape = facts.tables()[table].schema()
        given = set(rows.schema.names)
        for name in shape.names:
            if name in given:
                columns[name] = rows.column(name).cast(shape.field(name).type)
            elif name not in columns:
                columns[name] = pa.nulls(count, shape.field(name).type)
        batch = pa.record_batch([columns[n] for n in shape.names], schema=shape)
        self._stream(table).write_batch(batch)

    def _stream(self, table: str) -> Any:
        if table not in self._streams:
            import pyarrow as pa

            path = self._folder / f"{self._stem}.{table}.arrow"
            self.files[table] = path.name
            self._streams[table] = pa.ipc.new_stream(path, facts.tables()[table].schema())
        return self._streams[table]

    def _flush(self, table: str) -> None:
        pending = self._pending.pop(table, [])
        if pending:
            self._stream(table).write_batch(_as_batch(table, pending))

    def close(self) -> None:
        """Write what is pending and end every stream."""
        for table in list(self._pending):
            self._flush(table)
        for stream in self._streams.values():
            stream.close()


@functools.cache
def _integers(table: str) -> tuple[str, ...]:
    """The columns whose numbers must fit 64 bits; artefacts can state larger ones."""
    return tuple(c for c, kind in facts.tables()[table].types.items() if kind is int)


def _as_batch(table: str, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    import pyarrow as pa

    schema = facts.tables()[table].schema()
    columns = []
    values: Sequence[Any]
    for field, values in zip(schema, zip(*rows, strict=True), strict=True):
        if pa.types.is_map(field.type):
            values = [list(v.items()) for v in values]
        elif pa.types.is_string(field.type):
            values = [v if v is None else _encodable(v) for v in values]
        columns.append(pa.array(values, field.type))
    return pa.record_batch(columns, schema=schema)


def _encodable(text: str) -> str:
    """Text without lone surrogates, which UTF-8 cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Reading:
    """One reader at one artefact: counts rows, spools members, notes what was not read."""

    def __init__(self, artefact: Artefact, reader: Reader, rows: Rows, folder: Path) -> None:
        self.artefact, self.reader, self._rows, self._folder = artefact, reader, rows, folder
        self.fed = dict.fromkeys(reader.emits, 0)
        self.complete: list[str] = []
        self.children: list[dict[str, Any]] = []
        self.partly: list[Partly] = []
        self.unread = 0
        self.expanded = 0

    def take(self, item: Any, limits: Limits) -> None:
        """Take one item that the reader yielded."""
        match item:
            case Partly():
                self.not_read(item)
            case Complete():
                self.complete.append(item.table)
            case Child():
                self._spool(item, limits)
            case Batch():
                start = self.fed.get(item.table, 0)
                self._rows.add_batch(
                    item.table, start, self._prefix(item.table), self.artefact.digest, item.rows
                )
                self.fed[item.table] = start + item.rows.num_rows
            case _:
                table = facts.table_of(type(item))
                number = self.fed.get(table, 0)
                identity = f"{self._prefix(table)}{number}"
                self._rows.add(table, identity, self.artefact.digest, item)
                self.fed[table] = number + 1

    def not_read(self, gap: Partly) -> None:
        """Note a gap: the first few are spelled out, the rest counted."""
        self.unread += 1
        if len(self.partly) < PARTLY_REASONS:
            self.partly.append(gap)

    def _prefix(self, table: str) -> str:
        return f"{table}/{self.reader.name}/{self.artefact.digest[7:19]}/"

    def _spool(self, child: Child, limits: Limits) -> None:
        """Write a member to the folder, named by its digest; stop at the limits of its archive.

        A member that breaks off is kept as far as it goes, and the gap is noted.
        """
        if len(self.children) >= limits.members:
            raise Unreadable(f"stopped after {limits.members} members (limit members)")
        state, size, broken = hashlib.sha256(), 0, False
        draft = self._folder / f"draft.{os.getpid()}"
        with draft.open("wb") as out:
            try:
                for chunk in guarded(child.content):
                    self.expanded += len(chunk)
                    self._bound(child.name, size + len(chunk), limits)
                    state.update(chunk)
                    size += out.write(chunk)
            except TooMuch:
                raise
            except Unreadable as error:
                broken = True
                self.not_read(Partly(f"{child.name}: {error.reason}", error.offset_bytes))
        if broken and not size:
            return
        draft.rename(self._folder / state.hexdigest())
        digest = f"sha256:{state.hexdigest()}"
        self.children.append({"name": _encodable(child.name), "digest": digest, "size_bytes": size})

    def _bound(self, name: str, size: int, limits: Limits) -> None:
        if size > limits.member_bytes:
            raise Unreadable(f"cut at {limits.member_bytes} bytes (limit member_bytes)")
        if self.expanded > limits.archive_bytes:
            raise TooMuch(f"expands beyond {limits.archive_bytes} bytes (limit archive_bytes)")
        if self.expanded > max(RATIO_FROM_BYTES, limits.ratio * self.artefact.size_bytes):
            raise TooMuch(
                f"{name}: expands more than {limits.ratio} times (limit ratio), as bombs do"
            )

    def row(self, known: bool, stopped: Unreadable | None) -> dict[str, Any]:
        """The reading row that this ends with."""
        got = sum(self.fed.values()) + len(self.children)
        reasons = [p.reason for p in self.partly]
        if self.unread > len(self.partly):
            reasons.append(f"and {self.unread - len(self.partly)} more")
        offsets = [p.offset_bytes for p in self.partly if p.offset_bytes is not None]
        outcome = "partly" if self.unread else "read"
        if stopped is not None:
            reasons.insert(0, stopped.reason)
            offsets.insert(0, stopped.offset_bytes) if stopped.offset_bytes is not None else None
            outcome = "partly" if got else "unreadable"
        elif not known and not self.children:
            outcome = "unknown format"
        return {
            "reader": self.reader.name,
            "reader_version": self.reader.version,
            "outcome": outcome,
            "reason": _encodable("; ".join(reasons)),
            "offset_bytes": offsets[0] if offsets else None,
            "fed": self.fed,
            "complete_for": self.complete if outcome == "read" else [],
        }


def _read(reading: Reading, known: bool, limits: Limits) -> dict[str, Any] | None:
    """Run one reader over one artefact; None where it was called in error."""
    stopped: Unreadable | None = None
    try:
        for item in guarded(reading.reader.load()(reading.artefact)):
            reading.take(item, limits)
    except NotThisFormat:
        return None
    except LeftToOthers as error:
        return reading.row(known, error) | {"outcome": "skipped"}
    except Unreadable as error:
        stopped = error
    return reading.row(known or reading.reader.signs.mapped, stopped)


def _kind(found: list[Reader], readings: list[dict[str, Any]]) -> str:
    """The readers that took an artefact for theirs."""
    left = {r["reader"] for r in readings if r["outcome"] == "skipped"}
    return "+".join(r.name for r in found if r.name not in left) if readings else "unknown"


def _answer(request: dict[str, Any], folder: Path, limits: Limits) -> Iterator[dict[str, Any]]:
    """Read a batch: a `trying` line before each reader, then the batch's answer."""
    rows = Rows(folder, request["batch"])
    skip = {(i, r) for i, r in request["skip"]}
    answers = []
    for number, asked in enumerate(request["artefacts"]):
        artefact = Artefact(file=Path(asked.pop("file")), **asked)
        limit_processor(limits.cpu_seconds)
        yield {"trying": [number, RECOGNITION]}
        left_out = {r for n, r in skip if n == number}
        found, known = ([], False) if RECOGNITION in left_out else readers_for(artefact)
        tried = Tried([], [], found)
        yield from _try(tried, number, known, artefact, rows, folder, limits, left_out)
        if known and not tried.readings and artefact.size_bytes and not left_out:
            known = False  # a short sign met by chance: whoever takes any content takes it
            tried = Tried([], [], last_resort())
            yield from _try(tried, number, known, artefact, rows, folder, limits, left_out)
        named = known or any(r.signs.mapped for r in tried.found)
        answers.append(
            {
                "kind": _kind(tried.found, tried.readings) if named else "unknown",
                "readings": tried.readings,
                "children": tried.children,
            }
        )
    yield {"trying": [len(answers), WRITING]}
    rows.close()
    yield {"answers": answers, "tables": rows.files}


class Tried(NamedTuple):
    """What readers made of one artefact."""

    readings: list[dict[str, Any]]
    children: list[dict[str, Any]]
    found: list[Reader]


def _try(
    tried: Tried,
    number: int,
    known: bool,
    artefact: Artefact,
    rows: Rows,
    folder: Path,
    limits: Limits,
    left_out: set[str],
) -> Iterator[dict[str, Any]]:
    """Run the readers one after the other; one of mapped tables that fits stands alone."""
    for reader in list(tried.found):
        if reader.name in left_out:
            continue
        yield {"trying": [number, reader.name]}
        reading = Reading(artefact, reader, rows, folder)
        row = _read(reading, known, limits)
        if row is not None:
            tried.readings.append(row)
            tried.children.extend(reading.children)
            if reader.signs.mapped and row["outcome"] != "skipped":
                tried.found[:] = [reader]
                return


def load() -> None:
    """What is the same in every process that reads."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    gc.set_threshold(*COLLECT)


def serve(folder: Path, limits: Limits) -> None:
    """Confine this process, say what holds, then answer batch after batch."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a native library that prints must not print into the answers
    print(json.dumps({"held": confine(folder, limits)}), file=answers, flush=True)
    for line in os.fdopen(0, encoding="utf-8"):
        try:
            for answer in _answer(json.loads(line), folder, limits):
                print(json.dumps(answer), file=answers, flush=True)
        except OSError as error:
            if error.errno not in FULL:
                raise
            print(json.dumps({"full": error.strerror}), file=answers, flush=True)
            os._exit(1)  # streams that cannot be written cannot be closed either
