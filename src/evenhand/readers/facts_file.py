"""Facts given directly: YAML, JSON, CSV or Parquet whose tables are named as fact tables.

Spec: docs/reference/facts.schema.json.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from evenhand import documents
from evenhand.artefact import Artefact
from evenhand.errors import Mistakes, Unreadable
from evenhand.facts import GRADES, SHARED, Table, tables
from evenhand.readers import Batch, Complete, Item

VERSION = "1"
RECOGNISES = {"tables": True}
EMITS = ()  # it feeds the tables that it names
CANNOT_SEE = {"*": "whether what somebody says is so: it is declared, alleged or found"}

SETTINGS = {"evenhand", "complete", "grade", "source"}
GIVEN_GRADES = tuple(g for g in GRADES if g != "observed")
PIPELINE_TABLES = {"artefact", "occurrence", "reading", "destination"}
MAX_MISTAKES = 100
STATE = re.compile(r"[A-Z]{2}")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the rows that the file gives; every mistake in it at once, as `Unreadable`."""
    suffix = PurePosixPath(artefact.name).suffix.lower()
    try:
        if suffix == ".parquet":
            yield from _parquet(artefact)
        elif suffix in (".csv", ".tsv"):
            yield from _csv(artefact)
        else:
            yield from _document(artefact)
    except Mistakes as error:
        lines = error.lines[:MAX_MISTAKES]
        if len(error.lines) > MAX_MISTAKES:
            lines.append(f"{artefact.name}: and {len(error.lines) - MAX_MISTAKES} more")
        raise Unreadable("; ".join(lines)) from error


def allowed(table: str) -> bool:
    """True for tables that a facts file may feed."""
    return table in tables() and table not in PIPELINE_TABLES


def _document(artefact: Artefact) -> Iterator[Item]:
    if artefact.size_bytes > documents.MAX_BYTES:
        raise Unreadable(f"larger than {documents.MAX_BYTES} bytes; give it as Parquet or CSV")
    with artefact.open() as stream:
        document = documents.parse(stream.read(), artefact.name)
    if not isinstance(document.value, dict):
        raise Mistakes([f"{document.at()}: not a mapping of fact tables"])
    mistakes: list[str] = []
    rows: list[Item] = []
    grade = document.value.get("grade") or "declared"
    for name, value in document.value.items():
        where = document.at(name)
        if name in SETTINGS:
            continue
        if not allowed(name):
            mistakes.append(f"{where}: {name} is no table that facts can be given for")
        elif not isinstance(value, list):
            mistakes.append(f"{where}: {name} is not a list of rows")
        else:
            for number, row in enumerate(value):
                spot = document.at(name, number)
                if not isinstance(row, dict):
                    mistakes.append(f"{spot}: a row of {name} is not a mapping")
                    continue
                rows += _row(
                    tables()[name],
                    {"grade": grade, **row},
                    f"/{name}/{number}",
                    lambda c, n=name, k=number: document.at(n, k, c),
                    mistakes,
                )
    complete = _complete(document, mistakes)
    if mistakes:
        raise Mistakes(mistakes)
    yield from rows
    yield from (Complete(name) for name in complete)


def _complete(document: documents.Document, mistakes: list[str]) -> list[str]:
    named = document.value.get("complete") or []
    if not isinstance(named, list):
        mistakes.append(f"{document.at('complete')}: complete is not a list of tables")
        return []
    for number, name in enumerate(named):
        if not isinstance(name, str) or not allowed(name):
            mistakes.append(f"{document.at('complete', number)}: {name} is no table")
    return [str(name) for name in named]


def _row(
    table: Table, given: dict[str, Any], locator: str, at: Any, mistakes: list[str]
) -> list[Item]:
    """One row cast by column; mistakes are added to the list and give no row."""
    known = len(mistakes)
    values: dict[str, Any] = {"locator": locator}
    for column, value in given.items():
        if column in ("id", "artefact", "locator") or column not in table.columns:
            columns = ", ".join(c for c in table.columns if c not in SHARED)
            mistakes.append(f"{at(column)}: {table.name} has no column {column} (it has {columns})")
        elif value is not None:
            try:
                values[column] = documents.cast(value, table.types[column])
            except ValueError as error:
                mistakes.append(f"{at(column)}: {column}: {error}")
                continue
            if column in table.roles and not _is_code(table, column, values[column]):
                mistakes.append(f"{at(column)}: {column}: {value} is no ISO 3166-1 alpha-2 code")
    for column in table.required:
        if given.get(column) is None:
            mistakes.append(f"{at(column)}: {table.name}: {column} is missing")
    grade = values.get("grade", "declared")
    if grade not in GIVEN_GRADES:
        mistakes.append(f"{at('grade')}: grade {grade} is none of {', '.join(GIVEN_GRADES)}")
    return [] if len(mistakes) > known else [table.row(**values)]


def _is_code(table: Table, column: str, value: Any) -> bool:
    """States are two capitals; agreements may also name a group or a depositary."""
    if table.name == "agreement" and table.roles.get(column) == "legal":
        return re.fullmatch(r"[A-Z][A-Z0-9_+]*", value) is not None
    return STATE.fullmatch(value) is not None


def _csv(artefact: Artefact) -> Iterator[Item]:
    table = tables()[PurePosixPath(artefact.name).stem]
    if not allowed(table.name):
        raise Mistakes([f"{artefact.name}:1: facts cannot be given for {table.name}"])
    with artefact.file.open(encoding="utf-8-sig", newline="", errors="backslashreplace") as stream:
        sample = stream.readline()
        stream.seek(0)
        comma = max(",;\t", key=sample.count)
        reader = csv.DictReader(stream, delimiter=comma, restkey="")
        mistakes: list[str] = []
        for number, given in enumerate(reader):
            line = f"{artefact.name}:{reader.line_num}"
            if "" in given:
                mistakes.append(f"{line}: more cells than columns")
                continue
            row = {k.strip(): v for k, v in given.items() if v is not None and v.strip()}
            items = _row(table, row, f"row {number}", lambda c, at=line: at, mistakes)
            if len(mistakes) > MAX_MISTAKES:
                break
            if not mistakes:
                yield from items
        if mistakes:
            raise Mistakes(mistakes)


def _parquet(artefact: Artefact) -> Iterator[Item]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = tables()[PurePosixPath(artefact.name).stem]
    if not allowed(table.name):
        raise Mistakes([f"{artefact.name}: facts cannot be given for {table.name}"])
    try:
        file = pq.ParquetFile(artefact.file)
        own = [c for c in file.schema_arrow.names if c not in ("id", "artefact", "locator")]
        unknown = [c for c in own if c not in table.columns]
        missing = [c for c in table.required if c not in own]
        if unknown or missing:
            raise Mistakes(
                [f"{artefact.name}: {table.name} has no column {c}" for c in unknown]
                + [f"{artefact.name}: {table.name}: column {c} is missing" for c in missing]
            )
        at = 0
        for batch in file.iter_batches(columns=own, batch_size=65_536):
            yield _declared(table, batch, at)
            at += batch.num_rows
    except pa.ArrowException as error:
        raise Unreadable(f"not readable as Parquet: {error}") from error


def _declared(table: Table, batch: Any, at: int) -> Batch:
    """A batch with its locators, and a grade that a facts file may give."""
    import pyarrow as pa
    import pyarrow.compute as pc

    locators = pa.array([f"row {at + n}" for n in range(batch.num_rows)])
    if "grade" not in batch.schema.names:
        batch = batch.append_column("grade", pa.array(["declared"] * batch.num_rows))
    elif not pc.all(pc.is_in(batch["grade"], pa.array(GIVEN_GRADES))).as_py():
        raise Mistakes([f"grade must be one of {', '.join(GIVEN_GRADES)}"])
    return Batch(table.name, batch.append_column("locator", locators))
