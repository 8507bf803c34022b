"""Small inventories in every form, and the mappings that fit them.

Spec: tests/readers/test_mutations.py (a seed for every reader); docs/how-to/map-an-inventory.md.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.readers.mapped import DIGEST, STATES, columns

HEAD = ("Ref", "Importer", "Land", "Since", "People")
ROWS = (
    ("t1", "A", "Germany", "2024-01-02", 7),
    ("t2", "Bé", "India", "2024-01-03", 1_000_000),
    ("t3", None, "Nowhere", None, None),
)
RULES = (
    "importer: Importer, importer_state: {column: Land, as: state}, on_day: Since, "
    "people_high: People"
)
MAPPINGS = (columns(RULES), columns("importer: Importer", 'query: SELECT "Ref", Importer FROM t'))


def told(folder: Path) -> str:
    """A file with the mappings, as a run tells them to who reads."""
    kit = folder / "told.json"
    mappings = [
        {"name": f"m{n}.map.yaml", "digest": DIGEST, "text": text}
        for n, text in enumerate(MAPPINGS)
    ]
    kit.write_text(json.dumps({"states": STATES, "mappings": mappings}))
    return str(kit)


def files(folder: Path) -> list[Path]:
    """The same table in every form that a table comes in."""
    for suffix, dialect in ((".csv", "excel"), (".tsv", "excel-tab")):
        with (folder / f"t{suffix}").open("w", newline="") as out:
            csv.writer(out, dialect).writerows([HEAD, *ROWS])
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.append(HEAD)
    for row in ROWS:
        sheet.append(row)
    made.save(folder / "t.xlsx")
    _stored(folder / "t.xlsx", folder / "u.xlsx")
    table = {name: list(column) for name, column in zip(HEAD, zip(*ROWS, strict=True), strict=True)}
    pq.write_table(pa.table(table), folder / "t.parquet")
    with sqlite3.connect(folder / "t.sqlite") as lite:
        lite.execute(f"CREATE TABLE t ({', '.join(HEAD)})")
        lite.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
    lite.close()
    with duckdb.connect(str(folder / "t.duckdb")) as duck:
        duck.execute("CREATE TABLE t (Ref TEXT, Importer TEXT, Land TEXT, Since DATE, People INT)")
        duck.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
    return sorted(folder.glob("[tu].*"))


def _stored(book: Path, into: Path) -> None:
    """The same workbook without compression: changed bytes are then those of its sheets."""
    content = io.BytesIO(book.read_bytes())
    with zipfile.ZipFile(content) as packed, zipfile.ZipFile(into, "w") as plain:
        for name in packed.namelist():
            plain.writestr(name, packed.read(name))
