"""Zeek logs as JSON lines: the columns that the facts need, decoded a block at a time.

Spec: Zeek JSON writer (one object a line, field names as in the tables); RFC 8259.
"""

from __future__ import annotations

import operator
import re
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from evenhand.artefact import CHUNK_BYTES, Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item
from evenhand.traffic import clock
from evenhand.traffic.lines import Block, blocks, lines_in, numbers_of, parsed_apart
from evenhand.traffic.record import NO_TIME, numbered
from evenhand.traffic.zeek_log import FRACTIONS, KINDS, LISTS, TRUTHS, WHOLE, Tunnels, ZeekLog
from evenhand.traffic.zeek_shape import TUNNELLED, quick

if TYPE_CHECKING:
    import pyarrow as pa

CARRIERS = 1_000_000  # connections that carry tunnels remembered
NAMED, NONE_NAMED = b"tunnel_parents", b'"tunnel_parents":[]'
INSIDE = re.compile(rb'"tunnel_parents"[ ]*:[ ]*\[([^\]]*)\]')
UID = re.compile(rb'"(\w+)"')
MILLISECONDS_FROM = 1e11  # as seconds beyond the year 5138: the log's clock is in milliseconds
# Any of these fields tells what a record without `_path` is.
SIGNS: dict[str, tuple[str, ...]] = {
    "conn": ("conn_state",),
    "dns": ("qtype", "rcode", "query"),
    "http": ("trans_depth", "method", "status_code"),
    "x509": ("certificate.subject", "certificate.issuer", "certificate.serial"),
    "files": ("fuid",),
    "ssl": ("cipher", "established", "version"),
    "quic": ("client_initial_dcid",),
}


class Part(NamedTuple):
    """Records of one kind in a block."""

    kind: str
    columns: dict[str, pa.Array]
    places: Any  # which records, or lines, of the block, from 0: numbers, or an array of them


def _word(field: str) -> str:
    return field.replace(".", "_")


def _type_of(field: str) -> Any:
    if field in FRACTIONS:
        return float | str | None
    if field in WHOLE:
        return int | None
    if field in TRUTHS:
        return bool | None
    return list[str | None] | None if field in LISTS else str | None


def _struct(fields: Sequence[str], certain: Sequence[str] = ()) -> Any:
    """A record with these fields; without the `certain` ones it is of another kind."""
    given: list[Any] = [(_word(f), str) for f in certain]
    given += [(_word(f), _type_of(f), None) for f in fields if f not in certain]
    if not certain:
        given += [(_word(s), Any, None) for signs in SIGNS.values() for s in signs
                  if s not in fields]  # fmt: skip
        given += [("_path", str | None, None)]
    rename = {_word(f): f for f in (*fields, *certain)} | {
        _word(s): s for signs in SIGNS.values() for s in signs
    }
    names = {name for name, *_ in given}
    rename = {a: b for a, b in rename.items() if a in names}
    return msgspec.defstruct("Record", given, rename=rename, gc=False)


EVERY = sorted({f for fields in KINDS.values() for f in fields})
ENDS = ("conn_state", "id.orig_h", "id.resp_h")
# names of connections are asked for only where tunnels name some
ALONE = tuple(f for f in KINDS["conn"] if f not in TUNNELLED)
CONN = msgspec.json.Decoder(_struct(KINDS["conn"], ENDS))
CONN_ALONE = msgspec.json.Decoder(_struct(ALONE, ENDS))
ANY = msgspec.json.Decoder(_struct(EVERY))


def decoded(data: bytes, tunnels: bool = True) -> tuple[int, list[Part], bool]:
    """Records in a block, those of kinds that are known, and whether each line is one record.

    Raises ValueError. `tunnels` says whether the log names any connection that carries others;
    raises `Tunnels` where it is said not to, and may do so.
    """
    import numpy as np

    found = quick(data, tunnels)  # takes no line that does
    rest = data if found is None else found.rest
    if not tunnels and rest.count(NAMED) != rest.count(NONE_NAMED):
        raise Tunnels
    if found is not None:
        try:
            count, parts = by_record(rest, tunnels) if rest else (0, [])
        except ValueError:
            count = -1  # to be said as it is of the whole block
        if count == len(found.others):  # else lines and records are not the same
            others = np.array(found.others, np.int64)
            own = [p._replace(places=others[numbered(p.places)]) for p in parts]
            columns = found.columns | {"ts": _in_seconds(found.columns["ts"], "ts")}
            first = Part("conn", columns, found.lines)
            return len(found.lines) + count, [first, *own], True
    return *by_record(data, tunnels), False


def by_record(data: bytes, tunnels: bool) -> tuple[int, list[Part]]:
    """The same, one record after the other."""
    fields = KINDS["conn"] if tunnels else ALONE
    try:
        rows = (CONN if tunnels else CONN_ALONE).decode_lines(data)
        columns = {f: _column(f, rows) for f in fields}
        return len(rows), [Part("conn", columns, range(len(rows)))]
    except msgspec.ValidationError:
        pass  # other records than connections
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    try:
        rows = ANY.decode_lines(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        kind = _kind(row)
        if kind:
            places.setdefault(kind, []).append(place)
    return len(rows), [_part(k, [rows[p] for p in own], own) for k, own in places.items()]


def _kind(row: Any) -> str | None:
    path = row._path
    if path in KINDS:
        return str(path)
    if path is not None:
        return next((k for k in KINDS if path.startswith(f"{k}_")), None)
    return next(
        (k for k, signs in SIGNS.items() if any(getattr(row, _word(s)) is not None for s in signs)),
        None,
    )


def _part(kind: str, rows: Sequence[Any], places: Sequence[int]) -> Part:
    return Part(kind, {f: _column(f, rows) for f in KINDS[kind]}, places)


def _column(field: str, rows: Sequence[Any]) -> pa.Array:
    import pyarrow as pa

    take = operator.attrgetter(_word(field))
    if (kind := "d" if field in FRACTIONS else "q" if field in WHOLE else "") and rows:
        try:
            return _filled(array(kind, map(take, rows)), field)
        except (TypeError, OverflowError):
            pass  # some are not given, or a time is a text
    values = list(map(take, rows))
    try:
        if field in FRACTIONS:
            return _numbers(values, field)
        if field in WHOLE:
            return pa.array(values, pa.int64())
        if field in TRUTHS:
            return pa.array(values, pa.bool_())
        if field in LISTS:
            if not any(values):
                return pa.nulls(len(values), pa.string())
            values = [",".join(v for v in x if v) if x else None for x in values]
        return pa.array(values, pa.string())
    except (OverflowError, UnicodeEncodeError) as error:  # beyond 64 bits, a lone surrogate
        raise ValueError(f"{field}: {error}") from None


def _filled(values: array[Any], field: str) -> pa.Array:
    """Numbers that are given in every record."""
    import numpy as np
    import pyarrow as pa

    column = pa.array(np.frombuffer(values, values.typecode))
    return _in_seconds(column, field) if field in FRACTIONS else column


def _numbers(values: list[Any], field: str) -> pa.Array:
    import pyarrow as pa

    try:
        found = pa.array(values, pa.float64())
    except pa.ArrowInvalid:  # ISO 8601 where Zeek was told to write so
        found = pa.array([_of_text(v) if isinstance(v, str) else v for v in values], pa.float64())
    return _in_seconds(found, field)


def _in_seconds(column: pa.Array, field: str) -> pa.Array:
    """Seconds, also where Zeek was told to write milliseconds."""
    import pyarrow.compute as pc

    if field != "duration" and (pc.max(column).as_py() or 0) > MILLISECONDS_FROM:
        late = pc.greater(column, MILLISECONDS_FROM)
        return pc.if_else(late, pc.divide(column, 1000.0), column)
    return column


def _of_text(text: str) -> float | None:
    time_us = clock.microseconds(text)
    return None if time_us == NO_TIME else time_us / 1e6


def records_of(artefact: Artefact) -> Iterator[Item]:
    """The facts of a log of any kinds, in order of its lines."""
    try:
        yield from _facts(artefact, None)
    except Tunnels:
        yield from _facts(artefact, _carriers(artefact))


def _facts(artefact: Artefact, carriers: set[str] | None) -> Iterator[Item]:
    """The facts of a log; without `carriers`, as long as no record names any."""
    stopped: list[Unreadable] = []
    log = ZeekLog(carriers or set())
    sure, known = carriers is not None, False

    def parse(block: Block) -> tuple[int, list[Part]]:
        count, parts, by_line = decoded(block.data, carriers is not None)
        if by_line:
            return count, parts
        block = block._replace(number=0, feeds=lines_in(block.data))
        lines = numbered(numbers_of(block, count))
        parts = [p._replace(places=lines[numbered(p.places)]) for p in parts]
        return block.feeds or 0, parts

    for first, parts in parsed_apart(artefact, parse, stopped):
        for part in parts:
            known = True
            for item in log.take(part.kind, part.columns, part.places + first):
                if not sure and _holds(artefact, NAMED):
                    raise Tunnels  # before anything is given
                sure = True
                yield item
    yield from log.finish()
    if stopped:
        raise stopped[0]
    if not known:
        raise NotThisFormat("Zeek logs of other kinds")


def _holds(artefact: Artefact, word: bytes) -> bool:
    """Whether these bytes stand anywhere (a mapped file is searched ten times as slowly)."""
    before = b""
    with artefact.open() as stream:
        while data := stream.read(CHUNK_BYTES):
            if word in data or word in before + data[: len(word)]:
                return True
            before = data[-len(word) :]
    return False


def _carriers(artefact: Artefact) -> set[str]:
    """Connections inside which others ran: Zeek names them in those others' records."""
    found: set[str] = set()
    try:
        for block in blocks(artefact):
            for inside in INSIDE.finditer(block.data):
                if len(found) < CARRIERS:
                    found.update(u.decode("ascii", "replace") for u in UID.findall(inside[1]))
    except Unreadable:
        pass  # said when the records are read
    return found
