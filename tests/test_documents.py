"""Documents of people: values stay text, every part knows its line, nothing expands.

Spec: YAML 1.2 (failsafe schema), RFC 8259.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest

from evenhand import documents
from evenhand.errors import Mistakes


def test_scalars_stay_text() -> None:
    text = "a: NO\nb: 012\nc: 1e3\nd: true\ne: 2024-01-01\nf: ~\ng:\nh: ''\ni: null\nj: 'null'\n"
    assert documents.parse(text, "x").value == {
        "a": "NO",
        "b": "012",
        "c": "1e3",
        "d": "true",
        "e": "2024-01-01",
        "f": None,
        "g": None,
        "h": "",
        "i": None,
        "j": "null",
    }


def test_json_is_read_as_well() -> None:
    document = documents.parse('{"a": [1, true, null, "x"],\n "b": {}}', "x.json")
    assert document.value == {"a": ["1", "true", None, "x"], "b": {}}
    assert document.at("b") == "x.json:2"


def test_every_part_knows_its_line() -> None:
    document = documents.parse("a:\n  - b: 1\n    c:\n      - x\n      - y\n", "x.yaml")
    assert document.at("a") == "x.yaml:1"
    assert document.at("a", 0, "b") == "x.yaml:2"
    assert document.at("a", 0, "c", 1) == "x.yaml:5"
    assert document.at("a", 0, "nowhere", 7) == "x.yaml:2"
    assert document.at("nowhere") == "x.yaml:1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [\n", "x:3: "),
        ("a: 1\na: 2\n", "x:2: a is given twice"),
        ("a: &b 1\n", "x:1: anchors and aliases"),
        ("a: 1\nb: *a\n", "x:2: anchors and aliases"),
        ("a: 1\n---\nb: 1\n", "x:2: "),
        ("[" * 100, "x:1: nested more than 32 deep"),
        (b"a: \xff\n", "x:1: "),
        (b"a: \x00\n", "x:1: "),
        ('a: "\\ud800"\n', None),
    ],
)
def test_mistakes_have_a_line(text: str | bytes, line: str | None) -> None:
    if line is None:  # half a surrogate pair: refused, or kept as text that can be written
        try:
            documents.parse(text, "x")
        except Mistakes as error:
            assert error.lines[0].startswith("x:1: ")
        return
    with pytest.raises(Mistakes) as caught:
        documents.parse(text, "x")
    assert caught.value.lines[0].startswith(line), caught.value.lines


def test_bombs_cost_nothing() -> None:
    text = "a: &a [x, x]\n" + "".join(f"a{i}: &a{i} [*a, *a]\n" for i in range(50))
    start = time.process_time()
    with pytest.raises(Mistakes):
        documents.parse(text, "x")
    with pytest.raises(Mistakes):
        documents.parse("[" * 1_000_000, "x")
    with pytest.raises(Mistakes, match="larger than"):
        documents.parse(bytes(documents.MAX_BYTES + 1), "x")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("value", "kind", "result"),
    [
        ("NO", str, "NO"),
        (" x ", str, "x"),
        ("no", bool, False),
        ("TRUE", bool, True),
        ("-1_000", int, -1000),
        ("1.5", float, 1.5),
        ("2024-02-29", date, date(2024, 2, 29)),
        ("2024-02-29T00:00:00Z", datetime, datetime(2024, 2, 29, tzinfo=UTC)),
        ("2024-02-29 01:00:00+01:00", datetime, datetime(2024, 2, 29, tzinfo=UTC)),
        ("a | b|", list, ["a", "b"]),
        (["a", " b "], list, ["a", "b"]),
    ],
)
def test_casts(value: Any, kind: type, result: Any) -> None:
    assert documents.cast(value, kind) == result


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1", bool),
        ("", bool),
        ("1.5", int),
        ("9" * 5000, int),
        ("x", float),
        ("29.02.2024", date),
        ("2023-02-29", date),
        ("yesterday", datetime),
        (["a"], str),
        ({"a": "b"}, int),
    ],
)
def test_casts_that_fail(value: Any, kind: type) -> None:
    with pytest.raises(ValueError):
        documents.cast(value, kind)
