"""Inventories in every form: workbooks, CSV, Parquet, databases; and what is wrong with them.

Spec: docs/decisions/0014-inventories.md; ECMA-376; RFC 4180; Apache Parquet; SQLite; DuckDB.
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.errors import LeftToOthers, NotThisFormat
from tests.readers.mapped import columns, read, read_text

MAPPING = columns("importer: To, importer_state: {column: Land, as: state}, on_day: Since")
HEAD = ["Ref", "To", "Land", "Since"]


def book(folder: Path, rows: list[list[Any]], title: str = "S", name: str = "b.xlsx") -> Path:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    made.save(folder / name)
    return folder / name


def test_a_workbook_is_read_by_its_headings_wherever_they_stand(tmp_path: Path) -> None:
    title: list[list[Any]] = [["Our register"], [], [None, "Since ", "LAND", "x", "to", "Ref"]]
    rows: list[list[Any]] = [[None, datetime(2024, 1, 2), "India", 1, "A", 7]]
    rows += [[], [None, None, None, 1]]
    last = [[None, "2024-01-03", "Germany", 1, True, "t9"]]
    made = read(book(tmp_path, title + rows + last), MAPPING)
    assert made.column("transfer") == ["7", "t9"]
    assert made.column("importer") == ["A", "true"]
    assert made.column("on_day") == [date(2024, 1, 2), date(2024, 1, 3)]
    assert made.column("locator") == ["S!4", "S!7"]
    assert made.partly == []


def test_the_first_column_and_row_may_be_empty(tmp_path: Path) -> None:
    made = read(book(tmp_path, [[], [], [None, None, *HEAD], [None, None, "t1"]]), MAPPING)
    assert (made.column("transfer"), made.column("locator")) == (["t1"], ["S!4"])


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.epoch = datetime(1904, 1, 1)
    sheet: Any = made.active
    sheet.append(HEAD)
    sheet.append(["t1", "A", "India", datetime(2024, 1, 2)])
    made.save(tmp_path / "b.xlsx")
    assert read(tmp_path / "b.xlsx", MAPPING).column("on_day") == [date(2024, 1, 2)]


def test_merged_cells_count_for_each_row(tmp_path: Path) -> None:
    path = book(tmp_path, [HEAD, ["t1", "A", "India"], ["t2"], ["t3", "", "Germany"], ["t4"]])
    made = openpyxl.load_workbook(path)
    made["S"].merge_cells("B2:B4")
    made["S"].merge_cells("C4:D5")
    made.save(path)
    found = read(path, MAPPING)
    assert found.column("importer") == ["A", "A", "A", None]
    assert found.column("importer_state") == ["IN", None, "DE", "DE"]
    assert found.column("on_day") == [None] * 4


def test_what_was_never_computed_and_errors_are_told(tmp_path: Path) -> None:
    rows = [["t1", "=1+1", "India"], ["t2", "#REF!", "India"], ["t3", "B", "=A1", "=A1"]]
    found = read(book(tmp_path, [HEAD, *rows]), MAPPING)
    assert found.column("importer") == [None, None, "B"]
    assert [(where, "formula" in what, "error" in what) for where, what in found.defects] == [
        ("S!2", True, False),
        ("S!3", False, True),
        ("S!4", True, False),
        ("S!4", True, False),
    ]


def test_a_formula_with_its_value_is_read(tmp_path: Path) -> None:
    path = book(tmp_path, [HEAD, ["t1", "=1+1", "India"]])
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b"<v></v>" in sheet or b"<v />" in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"<v></v>", b"<v>2</v>").replace(
        b"<v />", b"<v>2</v>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    found = read(path, MAPPING)
    assert (found.column("importer"), found.defects) == (["2"], [])


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    path = book(tmp_path, [HEAD, ["t1"]], "Old")
    made = openpyxl.load_workbook(path)
    made.create_sheet("New").append(HEAD)
    made["New"].append(["t2"])
    made["Old"].sheet_state = "hidden"
    made.active = 1
    made.save(path)
    found = read(path, MAPPING)
    assert found.column("transfer") == ["t2"]
    assert found.partly == ["sheet Old is hidden: name it in the mapping to read it"]
    assert read(path, f"sheet: Old\n{MAPPING}").column("transfer") == ["t1"]


def test_every_sheet_and_every_mapping_that_fits_counts(tmp_path: Path) -> None:
    path = book(tmp_path, [HEAD, ["t1", "A"]], "2025")
    made = openpyxl.load_workbook(path)
    made.create_sheet("2026").append(HEAD)
    made["2026"].append(["t2", "B"])
    made.save(path)
    party = "facts: [{table: party, columns: {party: To, role: {constant: r}}}]"
    found = read(path, MAPPING, party)
    assert found.column("transfer") == ["t1", "t2"]
    assert found.column("party", "party") == ["A", "B"]
    assert len(found.said("mapped_sheet")) == 4


def test_a_heading_that_stands_twice_fits_nothing(tmp_path: Path) -> None:
    found = read(book(tmp_path, [[*HEAD, "ref"], ["t1"]]), MAPPING)
    assert isinstance(found.failure, LeftToOthers)


def test_what_fits_nothing_says_what_it_lacks_and_shows_no_values(tmp_path: Path) -> None:
    rows = [["Ref", "To", "Country", "jo@example.org", "12345"], ["t1", "A", "India"]]
    found = read(book(tmp_path, rows), MAPPING)
    assert isinstance(found.failure, LeftToOthers)
    assert found.failure.reason == (
        "no mapping fits this table: it has no column land, since; columns seen: Ref, To, Country"
    )
    assert found.rows == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x00"),
        lambda data: data[:2000] + b"\xff" * 400 + data[2400:],
        lambda data: data[:60],
        lambda data: data[:7] + b"\x08" + data[8:30] + b"\x8d" + data[31:],  # a name, no UTF-8
    ],
)
def test_a_damaged_workbook_is_a_gap_in_what_it_was_to_feed(tmp_path: Path, damage: Any) -> None:
    path = book(tmp_path, [HEAD, *([f"t{n}", "A", "India"] for n in range(2000))])
    path.write_bytes(damage(path.read_bytes()))
    found = read(path, MAPPING)
    assert found.failure is not None and not isinstance(found.failure, NotThisFormat)
    assert found.rows == {"transfer": []}  # fed, with nothing


def xlsx(folder: Path, sheet: bytes, workbook: bytes | None = None) -> Path:
    """A workbook whose sheet (and list of sheets) is given as XML."""
    path = book(folder, [HEAD])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet
    parts["xl/workbook.xml"] = workbook or parts["xl/workbook.xml"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_a_bomb_is_measured_before_it_is_held(tmp_path: Path) -> None:
    cells = b"<row r='1'>" + b"<c r='A1'><v>1</v></c>" * 1000 + b"</row>"
    found = read(xlsx(tmp_path, b"<worksheet>" + cells * 4100), MAPPING)
    assert found.failure is not None
    assert found.failure.reason == "more than 4000000 cells: give it as CSV or Parquet"


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    evil = b'<!DOCTYPE x [<!ENTITY a "b">]><workbook><sheets/></workbook>'
    found = read(xlsx(tmp_path, b"<worksheet/>", evil), MAPPING)
    assert found.failure is not None
    assert "declares a document type" in found.failure.reason


def test_other_content_under_the_name_of_a_workbook_is_left(tmp_path: Path) -> None:
    found = read_text(tmp_path, "Ref,To\n", MAPPING, "t.xlsx")
    assert isinstance(found.failure, NotThisFormat)


TEXT = 'Ref;To;Land;Since\nt1;"Müller\n& Söhne";India;2024-01-02\n\nt2;Çelik;Germany;\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_csv_in_the_encodings_of_unicode(tmp_path: Path, encoding: str) -> None:
    found = read_text(tmp_path, TEXT.encode(encoding), MAPPING)
    assert found.column("importer") == ["Müller & Söhne", "Çelik"]
    assert found.column("locator") == ["line 2", "line 5"]
    assert bool(found.defects) == (encoding == "utf-16-le")  # without a mark it is a guess


def test_other_encodings_are_named_or_guessed_aloud(tmp_path: Path) -> None:
    western = TEXT.encode("cp1252")
    assert read_text(tmp_path, western, f"encoding: cp1252\n{MAPPING}").defects == []
    ((_, message),) = read_text(tmp_path, western, MAPPING).defects
    assert message.endswith("read as cp1252, a guess")
    chinese = "Ref,To,Land,Since\n" + "".join(f"t{n},上海云计算有限公司,India,\n" for n in range(9))
    found = read_text(tmp_path, chinese.encode("gb18030"), MAPPING)
    assert found.column("importer")[0] == "上海云计算有限公司"
    assert found.defects[0][1].endswith("read as gb18030, a guess")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_the_delimiter_is_the_one_that_fits(tmp_path: Path, delimiter: str) -> None:
    said = 'delimiter: "^"\n' if delimiter == "^" else ""
    text = TEXT.replace(";", delimiter)
    assert read_text(tmp_path, text, said + MAPPING).column("transfer") == ["t1", "t2"]


def test_rows_of_another_width(tmp_path: Path) -> None:
    text = "Ref,To,Land,Since\nt1,A\nt2,A, B,India,2024-01-02\nt3,A,India,,,,\n"
    found = read_text(tmp_path, text, MAPPING)
    assert found.column("transfer") == ["t1", "t3"]
    assert found.partly == ["line 3: more cells than columns: left out"]


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        (b't9,"open', "after line 3000"),
        (b"t9,\xff\xfe,India,\n", "not utf-8: name the encoding in the mapping"),
        (b"t9," + b"x" * 2_000_000 + b"\n", "a line is longer than"),
        (b't9,"' + b"x\n" * 200_000 + b'"\n', "field larger than field limit"),
    ],
)
def test_text_that_breaks_off_is_read_up_to_there(
    tmp_path: Path, tail: bytes, message: str
) -> None:
    # beyond what is looked at to find out the encoding
    rows = b"".join(b"t%d,A,India,%s\n" % (n, b" " * 1500) for n in range(2999))
    found = read_text(tmp_path, b"Ref,To,Land,Since\n" + rows + tail, MAPPING)
    assert found.failure is not None
    assert message in found.failure.reason
    # text is decoded a buffer at a time
    assert 2990 < len(found.column("transfer")) <= 2999
    assert found.complete == []


def test_parquet_of_every_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Ref": pa.array(range(30_000), pa.uint32()),
            "To": pa.array(["A"] * 30_000).dictionary_encode(),
            "Land": pa.array(["India", None, "Germany"] * 10_000, pa.large_string()),
            "Since": pa.array([date(2024, 1, 2)] * 30_000),
            "Kinds": pa.array([["a", "b"]] * 30_000),
            "Agreed": pa.array([True, False, None] * 10_000),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    rules = "importer: To, importer_state: {column: Land, as: state}, on_day: Since"
    found = read(tmp_path / "t.parquet", columns(rules + ", categories: Kinds, consent: Agreed"))
    assert found.column("transfer")[-1] == "29999"
    assert found.column("importer_state")[:3] == ["IN", None, "DE"]
    assert found.column("consent")[:3] == [True, False, None]
    assert found.column("categories")[0] == ["a", "b"]
    assert (found.column("on_day")[0], found.column("importer")[0]) == (date(2024, 1, 2), "A")
    assert found.column("locator")[0::29_999] == ["row 1", "row 30000"]


def test_parquet_with_texts_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table(dict(zip(HEAD, [["t1"], ["seller"], ["India"], ["2024-01-02"]], strict=True)))
    pq.write_table(table, path, compression="none")
    path.write_bytes(path.read_bytes().replace(b"seller", b"sel\xf2er"))
    made = read(path, MAPPING)
    assert made.rows == {"transfer": []}
    assert made.failure is not None and "row 1: " in made.failure.reason


def sqlite(folder: Path, script: str) -> Path:
    """A SQLite file."""
    path = folder / "t.db"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


ROWS = "CREATE TABLE flows(Ref, [To], Land, Since); INSERT INTO flows VALUES(1,'A','India',NULL);"


def test_sqlite_tables_views_and_queries(tmp_path: Path) -> None:
    path = sqlite(
        tmp_path, ROWS + "CREATE VIEW v AS SELECT Ref, [To], 'Germany' Land, Since FROM flows;"
    )
    found = read(path, MAPPING)
    assert found.column("importer_state") == ["IN", "DE"]
    assert found.column("locator") == ["flows row 1", "v row 1"]
    asked = "query: SELECT Ref || 'q' Ref, \"To\", Land, Since FROM flows;\n" + MAPPING
    found = read(path, asked)
    assert (found.column("transfer"), found.column("locator")) == (["1q"], ["query row 1"])


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH '/etc/passwd' AS x",
        "SELECT load_extension('x') Ref",
        "DELETE FROM flows RETURNING Ref",
        "SELECT 1 Ref, 2 [To], 3 Land, 4 Since FROM pragma_database_list",
        "SELECT 1 Ref) FROM flows; ATTACH 'x' AS y; SELECT (1",
        "WITH RECURSIVE c(Ref) AS (SELECT 1 UNION ALL SELECT Ref FROM c) "
        "SELECT * FROM c WHERE Ref < 0",
    ],
)
def test_a_query_does_nothing_but_read(
    tmp_path: Path, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.readers.inventory import database

    monkeypatch.setattr(database, "MAX_STEPS", 100)
    path = sqlite(tmp_path, ROWS)
    before = path.read_bytes()
    found = read(path, f"query: |\n  {query}\n{columns('')}")
    assert found.failure is not None
    assert not isinstance(found.failure, NotThisFormat)
    assert path.read_bytes() == before


def test_duckdb_tables_and_queries(tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute(
            "CREATE TABLE flows AS SELECT 'd' || i AS \"Ref\", 'A' AS \"To\", 'India' AS \"Land\", "
            "DATE '2024-01-02' AS \"Since\" FROM range(3) r(i)"
        )
    assert read(path, MAPPING).column("transfer") == ["d0", "d1", "d2"]
    found = read(path, f"query: SELECT * FROM flows WHERE Ref = 'd1'\n{MAPPING}")
    assert (found.column("transfer"), found.column("on_day")) == (["d1"], [date(2024, 1, 2)])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT content AS Ref FROM read_text('/etc/hostname')",
        "SELECT 1 AS Ref FROM '/etc/hostname'",
        "SELECT getenv('HOME') AS Ref",
    ],
)
def test_a_query_in_duckdb_reaches_no_file(tmp_path: Path, query: str) -> None:
    path = tmp_path / "t.duckdb"
    duckdb.connect(str(path)).close()
    found = read(path, f"query: {query}\n{columns('')}")
    assert found.failure is not None
    assert found.rows.get("transfer", []) == []


@pytest.mark.parametrize("suffix", ["db", "duckdb", "parquet", "xls", "ods"])
def test_magic_and_nothing_behind_it(tmp_path: Path, suffix: str) -> None:
    heads = {
        "db": b"SQLite format 3\0",
        "duckdb": b"\0" * 8 + b"DUCK",
        "parquet": b"PAR1",
        "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "ods": b"PK\x03\x04",
    }
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(heads[suffix] + b"\x01" * 5000)
    found = read(path, MAPPING)
    assert found.failure is not None and not isinstance(found.failure, NotThisFormat)
    assert found.rows == {"transfer": []}


def test_the_name_says_where_a_mapping_is_meant(tmp_path: Path) -> None:
    data = io.StringIO("Ref,To,Land,Since\nt1,,,\n").getvalue()
    path = tmp_path / "t.csv"
    path.write_text(data)
    for pattern, name, meant in (
        ("", "a/t.csv", True),
        ("", "e.zip!/t.csv", False),
        ("files: t.*", "a/t.csv", True),
        ("files: b/*", "a/t.csv", False),
        ("files: e.zip!/*.csv", "e.zip!/t.csv", True),
        ("files: '*.csv'", "e.zip!/t.csv", False),
    ):
        found = read(path, f"{pattern}\n{MAPPING}", name=name)
        assert isinstance(found.failure, NotThisFormat) != meant, (pattern, name)
