"""Cells become facts: translated, dated, counted, or not known with a defect; never guessed.

Spec: docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.mapping import Rule
from evenhand.translation import Column, Words, Wrong, encode, texts, written
from tests.readers.mapped import columns, read_text

WORDS = Words(frozenset({"n/a"}), {"germany": "DE", "india": "IN"})


def cell(column: str, value: Any, **rule: Any) -> Any:
    """One cell of a transfer, translated."""
    return Column("transfer", column, Rule(("c",), **rule), WORDS).cell(value)


@pytest.mark.parametrize(
    ("column", "value", "rule", "wanted"),
    [
        ("importer", "  A\u00a0 B\n", {}, "A B"),
        ("importer", 17.0, {}, "17"),
        ("importer", "n/a", {}, None),
        ("importer_state", "DE", {}, "DE"),
        ("importer_state", " GERMANY ", {"state": True}, "DE"),
        ("importer_state", "IN", {"state": True}, "IN"),
        ("importer_state", "Home", {"state": True, "values": {"Home": "IE"}}, "IE"),
        ("people_high", "1.234", {"thousands": "."}, 1234),
        ("people_high", 1.234, {"thousands": ".", "times": "1000"}, 1234),
        ("people_high", "1,5", {"decimal": ",", "times": "1000"}, 1500),
        ("people_high", 12.0, {}, 12),
        ("people_high", "1e3", {}, 1000),
        ("people_high", "\u0663", {"times": "2"}, 6),  # a three in Arabic script
        ("on_day", "03/04/2024", {"format": "%d/%m/%Y"}, date(2024, 4, 3)),
        ("on_day", datetime(2024, 4, 3, 9), {"format": "%d/%m/%Y"}, date(2024, 4, 3)),
        ("on_day", "2024-04-03", {}, date(2024, 4, 3)),
        ("consent", "YES", {}, True),
        ("consent", False, {}, False),
        ("consent", True, {"values": {"true": False}}, False),
        ("consent", "tbc", {"values": {"tbc": None}}, None),
        ("categories", "a; b ;;", {"split": ";"}, ["a", "b"]),
        ("categories", "", {"split": ";"}, ()),
        ("categories", "x;y", {"split": ";", "values": {"x": ["p", "q"], "y": None}}, ["p", "q"]),
    ],
)
def test_a_cell(column: str, value: Any, rule: dict[str, Any], wanted: Any) -> None:
    assert cell(column, value, **rule) == wanted


@pytest.mark.parametrize(
    ("column", "value", "rule", "message"),
    [
        ("importer_state", "Germany", {}, "(for names say `as: state`)"),
        ("importer_state", "German", {"state": True}, "'German' is not the name of a territory"),
        ("importer_state", "XX", {"state": True}, "not the name of a territory"),
        ("importer_state", "de", {}, "no ISO 3166-1 alpha-2 code"),
        ("people_high", "10-20", {}, "'10-20' is no number"),
        ("people_high", "1.5", {}, "no whole number"),
        ("people_high", "1.234", {"decimal": ","}, "is no number with ','"),
        ("people_high", "9" * 30, {}, "no whole number that fits"),
        ("people_high", True, {}, "is no number"),
        ("people_high", "1_000", {}, "is no number"),
        ("people_high", float("nan"), {}, "is no number"),
        ("on_day", "31/02/2024", {"format": "%d/%m/%Y"}, "is not as %d/%m/%Y"),
        ("on_day", 45000.0, {}, "is no day"),
        ("consent", "perhaps", {}, "neither true nor false"),
        ("consent", "x" * 99, {"values": {}}, "'" + "x" * 40 + "…' is not among the values"),
        ("categories", "x;y", {"split": ";", "values": {"x": ["p"]}}, "'y' is not among"),
    ],
)
def test_a_cell_that_cannot_be_translated(
    column: str, value: Any, rule: dict[str, Any], message: str
) -> None:
    found = cell(column, value, **rule)
    assert isinstance(found, Wrong)
    assert message in found.why


def test_times_are_utc_unless_they_say_otherwise() -> None:
    column = Column("flow", "first_seen", Rule(("c",)), WORDS)
    wanted = datetime(2024, 1, 1, 11, tzinfo=UTC)
    assert column.cell("2024-01-01T12:00:00+01:00") == wanted
    assert column.cell(datetime(2024, 1, 1, 11)) == wanted


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(" \t\u00a0\u3000aB1.", max_size=6))))
def test_at_once_is_the_same_as_one_by_one(values: list[str | None]) -> None:
    for name in ("importer", "people_high"):
        column = Column("transfer", name, Rule(("c",)), WORDS)
        one_by_one = [column.cell(v) for v in values]
        made, wrong = column.translate(encode(pa.array(values, pa.string())))
        assert made.to_pylist() == [None if isinstance(v, Wrong) else v for v in one_by_one]
        assert bool(wrong) == any(isinstance(v, Wrong) for v in one_by_one)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=5))
def test_texts_are_tidied_as_they_are_written(text: str) -> None:
    if "\ud800" <= max(text, default=" ") <= "\udfff":
        return
    assert texts(pa.array([text], pa.string()), ()).to_pylist() == [written(text) or None]


TABLE = """Ref,To,Land,Status,People
t1,A,Germany; India,Live,10
t2,B,,Live,x
t3,C,Atlantis,Live,x
t4,D,India,Ended,1
,E,India,Live,2

t6,,,,
"""
SEVERAL = """
complete: [transfer]
empty: [none]
facts:
  - table: transfer
    only: {Status: [Live, "none"]}
    for_each: {column: Land, split: ;}
    columns:
      transfer: {columns: [Ref, Land], join: /}
      importer: To
      importer_state: {column: Land, as: state}
      people_high: People
  - table: party
    columns: {party: To, role: {constant: recipient}}
"""


def test_rows_become_facts_of_several_tables(tmp_path: Path) -> None:
    made = read_text(tmp_path, TABLE, SEVERAL)
    assert made.column("transfer") == ["t1/Germany", "t1/India", "t3/Atlantis"]
    assert made.column("importer_state") == ["DE", "IN", None]
    assert made.column("locator") == ["line 2", "line 2", "line 4"]
    assert made.column("party", "party") == ["A", "B", "C", "D", "E"]
    assert set(made.column("grade")) == {"declared"}
    assert set(map(tuple, made.column("bound_by"))) == {()}  # as a row that is silent has it
    assert made.partly == [
        "line 6: transfer: no transfer: left out",
        "line 8: party: no party: left out",
    ]
    assert [where for where, _ in made.defects] == ["line 4", "line 4"]
    assert "transfer.people_high: 'x' is no number: taken as not known" in made.defects[1][1]
    (sheet,) = made.said("mapped_sheet")
    assert (sheet.rows_read, sheet.rows_left) == (6, 1)
    assert made.complete == ["transfer"]


def test_what_is_wrong_alike_is_told_once(tmp_path: Path) -> None:
    rows = "".join(f"t{n},Nowhere\n" for n in range(50_000))
    mapping = columns("importer_state: {column: Land, as: state}")
    made = read_text(tmp_path, "Ref,Land\n" + rows, mapping)
    ((where, message),) = made.defects
    assert where == "line 2"
    assert "(50000 rows)" in message
    assert len(made.column("transfer")) == 50_000


def test_what_is_wrong_in_many_ways_is_bounded(tmp_path: Path) -> None:
    rows = "".join(f"t{n},Nowhere {n}\n" for n in range(3000))
    mapping = columns("importer_state: {column: Land, as: state}")
    made = read_text(tmp_path, "Ref,Land\n" + rows, mapping)
    assert len(made.defects) == 1001
    assert made.defects[-1][1].startswith("and in 2000 more rows")
