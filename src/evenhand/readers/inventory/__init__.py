"""Inventories: sheets, CSV, Parquet and databases whose columns a mapping of the user's explains.

Only mapped columns are looked at, and only facts are kept. See `mapped` for what becomes of a
row, and a module for each form that a table comes in.
"""

from __future__ import annotations

import fnmatch
import functools
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import LeftToOthers, Mistakes, NotThisFormat, Unreadable
from evenhand.facts import tables
from evenhand.mapping import InventoryMapping, parse, plain
from evenhand.readers import Batch, Complete, Item, Partly
from evenhand.readers.inventory import mapped
from evenhand.readers.inventory.source import Header, Sheet

VERSION = "1"
RECOGNISES = {"mapped": True}
EMITS = ("mapped_sheet", "defect")
CANNOT_SEE = {"*": "whether what the inventory says is so: it is declared, alleged or found"}

INSIDE = "!/"
SEEN_COLUMNS = 16  # named in a hint


class Offered(NamedTuple):
    """A mapping to try, and the digest of its file."""

    mapping: InventoryMapping
    digest: str


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the facts that every mapping offered makes of every sheet that it fits."""
    if artefact.mappings is None:
        raise NotThisFormat("no mapping is given for it")
    offered, states = _offered(artefact)
    if not offered:
        raise NotThisFormat("no mapping is meant for files of this name")
    found, used, columns = False, set[str](), list[str]()
    try:
        for sheet in _sheets(artefact, [one.mapping for one in offered]):
            for one in offered:
                header = _fits(one.mapping, sheet)
                if header is None:
                    continue
                if sheet.hidden and one.mapping.sheet is None:
                    yield from _empty([one.mapping])
                    yield Partly(f"sheet {sheet.name} is hidden: name it in the mapping to read it")
                    found = True
                    continue
                found = True
                used.update(header.names)
                yield from _empty([one.mapping])
                yield from mapped.rows(sheet, header, one.mapping, one.digest, states)
            columns = columns or sheet.seen()
            yield from sheet.notes if found else ()
    except Unreadable as error:
        if isinstance(error, NotThisFormat):
            raise
        yield from _empty([one.mapping for one in offered])
        raise
    if not found:
        raise LeftToOthers(_hint(offered, columns))
    complete = {table for one in offered for table in one.mapping.complete}
    yield from (Complete(table) for table in sorted(complete))


def _sheets(artefact: Artefact, mappings: list[InventoryMapping]) -> Iterator[Sheet]:
    """The tables in an artefact, by its content; raises `NotThisFormat` where it holds none."""
    from evenhand.readers.inventory import database, delimited, parquet, workbook

    with artefact.open() as stream:
        head = stream.read(1 << 16)
    suffix = PurePosixPath(artefact.name).suffix.lower()
    if head.startswith(b"PAR1"):
        yield parquet.Parquet(artefact)
    elif head.startswith(database.SQLITE):
        yield from database.sqlite_tables(artefact, mappings)
    elif head[8:12] == database.DUCKDB:
        yield from database.duckdb_tables(artefact, mappings)
    elif workbook.is_one(head, suffix):
        yield from workbook.sheets(artefact)
    elif suffix in (".csv", ".tsv", ".txt"):
        yield from delimited.tables(artefact, head, mappings)
    else:
        raise NotThisFormat("no table")


def _offered(artefact: Artefact) -> tuple[list[Offered], dict[str, str]]:
    """The mappings for files of this name, and the names of territories.

    A file inside an archive is meant only where the pattern of a mapping says so.
    """
    told = _told(artefact.mappings or "")
    found = []
    for one in told["mappings"]:
        mapping = _parsed(one["text"], one["name"])
        if mapping is None:
            continue  # its own reading says what is wrong with it
        pattern = mapping.files
        if pattern is None:
            meant = INSIDE not in artefact.name
        else:
            meant = (INSIDE in pattern) == (INSIDE in artefact.name) and (
                fnmatch.fnmatchcase(artefact.name, pattern)
                or fnmatch.fnmatchcase(artefact.name.rpartition("/")[2], pattern)
            )
        if meant:
            found.append(Offered(mapping, one["digest"]))
    return found, told["states"]


@functools.lru_cache(maxsize=4)
def _told(path: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return told


@functools.lru_cache(maxsize=64)
def _parsed(text: str, name: str) -> InventoryMapping | None:
    try:
        return parse(text.encode(), name)
    except Mistakes:
        return None


def _fits(mapping: InventoryMapping, sheet: Sheet) -> Header | None:
    """Where in the sheet the header stands that has every name the mapping uses."""
    if mapping.sheet is not None and not fnmatch.fnmatchcase(sheet.name, mapping.sheet):
        return None
    return sheet.header(mapping)


def _empty(offered: list[InventoryMapping]) -> Iterator[Batch]:
    """No rows, for every table to be fed: what fails then counts as a gap in that table."""
    import pyarrow as pa

    for name in sorted({facts.table for one in offered for facts in one.facts}):
        yield Batch(name, pa.RecordBatch.from_pylist([], schema=tables()[name].schema()))


def _hint(offered: list[Offered], columns: list[str]) -> str:
    """What is missing, and which columns there are."""
    missing = min(
        ([u for u in one.mapping.uses if u not in map(plain, columns)] for one in offered),
        key=len,
    )
    seen = ", ".join(columns[:SEEN_COLUMNS]) or "none"
    more = f" and {len(columns) - SEEN_COLUMNS} more" if len(columns) > SEEN_COLUMNS else ""
    lacks = f"it has no column {', '.join(missing)}" if missing else "its sheet has another name"
    return f"no mapping fits this table: {lacks}; columns seen: {seen}{more}"
