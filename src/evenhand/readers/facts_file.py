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
PIPELINE_TABLES = {
    *("artefact", "occurrence", "reading", "destination"),
    *("column_mapping", "mapped_sheet"),
}
MAX_MISTAKES = 100
MAX_LINE = 1 << 20
FILLED = ("id", "artefact", "locator")  # by the pipeline


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the rows that the file gives; every mistake in it at once, as `Unreadable`.

    Facts inside an archive are not taken: they would let a product that is judged declare the
    law, or that nothing is hidden in it.
    """
    if artefact.parent is not None:
        raise Unreadable("facts inside an archive are not taken: give the file by itself")
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
        raise Unreadable(f"larger than {documents.MAX_BYTES} bytes: give it as Parquet or CSV")
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
                rows += row_of(
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


def row_of(
    table: Table, given: dict[str, Any], locator: str, at: Any, mistakes: list[str]
) -> list[Item]:
    """One row cast by column; mistakes are added to the list and give no row."""
    known = len(mistakes)
    values: dict[str, Any] = {"locator": locator, "grade": "declared"}
    for column, value in given.items():
        if column in FILLED or column not in table.columns:
            columns = ", ".join(c for c in table.columns if c not in SHARED)
            mistakes.append(f"{at(column)}: {table.name} has no column {column} (it has {columns})")
        elif value is not None:
            try:
                values[column] = documents.cast(value, table.types[column])
            except ValueError as error:
                mistakes.append(f"{at(column)}: {column}: {error}")
                continue
            if column in table.roles and not re.search(_codes(table, column), values[column]):
                mistakes.append(f"{at(column)}: {column}: {value} is no ISO 3166-1 alpha-2 code")
    mistakes += [
        f"{at(column)}: {table.name}: {column} is missing"
        for column in table.required
        if given.get(column) is None
    ]
    grade = values["grade"]
    if grade not in GIVEN_GRADES:
        mistakes.append(f"{at('grade')}: grade {grade} is none of {', '.join(GIVEN_GRADES)}")
    return [] if len(mistakes) > known else [table.row(**values)]


def _codes(table: Table, column: str) -> str:
    """States are two capitals; agreements may also name a group or a depositary."""
    if table.name == "agreement" and table.roles.get(column) == "legal":
        return r"^[A-Z][A-Z0-9_+]*$"
    return r"^[A-Z]{2}$"


def _csv(artefact: Artefact) -> Iterator[Item]:
    table = _table(artefact)
    with artefact.file.open(encoding="utf-8-sig", newline="", errors="backslashreplace") as stream:
        first = stream.readline(MAX_LINE)
        stream.seek(0)
        reader = csv.reader(stream, delimiter=max(",;\t", key=first.count), strict=True)
        mistakes: list[str] = []
        try:
            columns = [c.strip() for c in next(reader, [])]
            _check_columns(table, columns, f"{artefact.name}:1")
            for number, cells in enumerate(reader, 1):
                at = f"{artefact.name}:{reader.line_num}"
                row = {c: v for c, v in zip(columns, cells, strict=False) if v.strip()}
                if len(cells) > len(columns):
                    mistakes.append(f"{at}: more cells than columns")
                elif row:
                    items = row_of(table, row, f"row {number}", lambda c, at=at: at, mistakes)
                    yield from items if not mistakes else ()
                if len(mistakes) > MAX_MISTAKES:
                    break
        except csv.Error as error:
            mistakes.append(f"{artefact.name}:{reader.line_num}: {error}")
        if mistakes:
            raise Mistakes(mistakes)


def _table(artefact: Artefact) -> Table:
    """The table that a file with rows of one table is named for."""
    name = PurePosixPath(artefact.name).stem
    if not allowed(name):
        raise Mistakes([f"{artefact.name}:1: facts cannot be given for {name}"])
    return tables()[name]


def _check_columns(table: Table, columns: list[str], at: str) -> None:
    """Raise every mistake in the names of columns."""
    known = [c for c in table.columns if c not in FILLED]
    listed = ", ".join(c for c in known if c != "grade")
    mistakes = [
        f"{at}: {table.name} has no column {c} (it has {listed})" for c in columns if c not in known
    ]
    mistakes += [
        f"{at}: {table.name}: column {c} is missing" for c in table.required if c not in columns
    ]
    mistakes += [
        f"{at}: column {c} is given twice" for c in dict.fromkeys(columns) if columns.count(c) > 1
    ]
    if mistakes:
        raise Mistakes(mistakes)


def _parquet(artefact: Artefact) -> Iterator[Item]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _table(artefact)
    try:
        file = pq.ParquetFile(artefact.file)
        # Evidence that was kept holds these three; here they are filled in anew.
        own = [c for c in file.schema_arrow.names if c not in FILLED]
        _check_columns(table, own, artefact.name)
        at = 1
        for batch in file.iter_batches(columns=own, batch_size=65_536):
            yield _declared(table, batch, at, artefact.name)
            at += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"not readable as Parquet: {str(error).splitlines()[0]}") from error


def _declared(table: Table, batch: Any, at: int, name: str) -> Batch:
    """A batch cast to its table, with a grade that a facts file may give; row `at` is its first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {"locator": pa.array([f"row {at + n}" for n in range(batch.num_rows)], pa.string())}
    columns["grade"] = pa.array(["declared"] * batch.num_rows, pa.string())
    mistakes = []
    for column in batch.schema.names:
        try:
            values = batch.column(column).cast(table.schema().field(column).type)
        except pa.ArrowException as error:
            mistakes.append(f"{name}: {column}: {str(error).splitlines()[0]}")
            continue
        columns[column] = values
        wrong = None
        if column == "grade":
            wrong = pc.invert(pc.fill_null(pc.is_in(values, pa.array(GIVEN_GRADES)), False))
        elif column in table.required:
            wrong = pc.is_null(values)
        elif column in table.roles and pa.types.is_string(values.type):
            wrong = pc.fill_null(
                pc.invert(pc.match_substring_regex(values, _codes(table, column))), False
            )
        if wrong is not None and pc.any(wrong).as_py():
            row = pc.index(wrong, True).as_py()
            mistakes.append(
                f"{name}: row {at + row}: {column}: {values[row].as_py()} may not stand here"
            )
    if mistakes:
        raise Mistakes(mistakes)
    return Batch(table.name, pa.record_batch(list(columns.values()), list(columns)))
