"""Mappings: strict, every mistake at once with its line.

Spec: docs/decisions/0014-inventories.md; CONVENTIONS (Errors).
"""

from __future__ import annotations

import datetime

import pytest

from evenhand.errors import Mistakes
from evenhand.mapping import parse


def mistakes(text: str | bytes) -> list[str]:
    """What is wrong with a mapping."""
    with pytest.raises(Mistakes) as caught:
        parse(text.encode() if isinstance(text, str) else text, "m.map.yaml")
    return caught.value.lines


WRONG = """files: [a, b]
colour: red
header: 0
delimiter: ";;"
encoding: latin-99
grade: observed
complete: [transfer, party]
facts:
  - table: transfer
    only: nobody
    for_each: {column: X}
    columns:
      exporter: {column: A, constant: B}
      exporter_state: {constant: Norway}
      importer_state: {column: A, as: country}
      importer: {column: A, as: state}
      people_high: {column: A, format: "%d", times: many}
      on_day: {column: A, format: ISO, thousands: "."}
      consent: {column: A, values: {"Yes": perhaps}}
      colour: A
      locator: A
  - table: artefact
    columns: {kind: A}
  - table: no such
  - just text
"""


def test_every_mistake_is_said_at_once_with_its_line() -> None:
    found = mistakes(WRONG)
    wanted = {
        1: "files: a single text",
        2: "colour is not known here",
        3: "'0' is no number of a row",
        4: "a single character",
        5: "latin-99 is not known",
        6: "grade observed is none of declared, alleged, found",
        7: "party is not fed by this mapping",
        10: "only: wanted is",
        11: "both column and split",
        12: "transfer: transfer is missing",
        13: "one of column, columns, constant",
        14: "Norway is no ISO 3166-1 alpha-2 code",
        15: "as: country: only `state`",
        16: "as: state: only `state`, for columns that name a state",
        17: "format says nothing for people_high",
        18: "'ISO' has none of %d",
        19: "'perhaps' is neither true nor false",
        20: "transfer has no column colour (it has ",
        21: "transfer has no column locator",
        22: "table: artefact: one of ",
        24: "table: no such: one of ",
        25: "wanted is {table: …, columns: {…}}",
    }
    for line, message in wanted.items():
        assert [f for f in found if f.startswith(f"m.map.yaml:{line}: ") and message in f], line
    assert {f for f in found if "times: 'many' is no number" in f}
    assert {f for f in found if "thousands says nothing for on_day" in f}
    assert len(found) == len(wanted) + 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("facts: &a\n  - *a\n", "m.map.yaml:1: anchors and aliases are not read"),
        ("", "m.map.yaml:1: not a mapping of settings"),
        ("facts: []\n", "m.map.yaml:1: facts is missing"),
        ("a: 1\na: 2\n", "m.map.yaml:2: a is given twice"),
        ("grade: found\nfacts: []\n", "m.map.yaml:1: grade found and decision"),
        ("decision: a court\nfacts: []\n", "m.map.yaml:1: grade found and decision"),
        (b"#\n\xff\n", "m.map.yaml:2: not UTF-8"),
        ("#" * (1 << 20) + "#", "m.map.yaml:1: larger than 1048576 bytes"),
    ],
)
def test_mappings_that_are_none(text: str | bytes, message: str) -> None:
    assert [m for m in mistakes(text) if m.startswith(message)]


def test_what_a_mapping_says() -> None:
    made = parse(
        b"""
sheet: S*
grade: found
decision: a court, 2020
facts:
  - table: transfer
    only: {Status: Live}
    for_each: {column: Lands, split: ","}
    columns:
      transfer: {columns: [Ref,  "Lands "], join: /}
      on_day: {constant: 2024-02-29}
      bound_by: {constant: [GDPR, PIPL]}
      consent: {column: Agreed, values: {"Oui": true, "?": ~}}
""",
        "m.map.yaml",
    )
    (facts,) = made.facts
    assert made.uses == ["agreed", "lands", "ref", "status"]
    assert (facts.for_each, facts.only) == (("lands", ","), {"status": frozenset({"Live"})})
    assert facts.rules["on_day"].constant == datetime.date(2024, 2, 29)
    assert facts.rules["bound_by"].constant == ["GDPR", "PIPL"]
    assert facts.rules["consent"].values == {"Oui": True, "?": None}
    assert (made.grade, made.decision) == ("found", "a court, 2020")
