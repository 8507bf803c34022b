"""The JSON report against its contract and its schema.

Spec: DESIGN, contract `-f json`.
"""

from __future__ import annotations

import copy
import json as standard
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from evenhand.judge.result import Result
from evenhand.reports import Options, json
from tests.reports.extremes import binding_sample, empty_sample, hostile_sample, plain_sample
from tests.reports.sample import sample

SCHEMA = standard.loads(
    files("evenhand").joinpath("reports/schema/evenhand.schema.json").read_text(encoding="utf-8")
)
VALID = jsonschema.Draft202012Validator(SCHEMA)

# the contract's words, in its order
CONTRACT = {
    "artefacts": "artefact path kind size_bytes parent",
    "readings": "artefact path reader outcome reason facts",
    "verdicts": "rulebook clause check subject outcome because grade addressee binding attribution"
    " rests_on waived replay evidence evidence_total law",
    "clauses": "rulebook clause outcome counts why_not_shown",
    "differences": "rank change table product because fact",
    "findings": "rank key look_here lead fact table kind artefact path locator about strength shown"
    " disclosure because",
    "rulebooks": "id version parameters",
    "lists": "name version licence",
    "readers": "name version",
}


def made(result: Result) -> Any:
    return standard.loads(json.render(result, Options()))


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "build", [sample, plain_sample, binding_sample, empty_sample, hostile_sample]
)
def test_output_is_valid(build: Callable[[], Result]) -> None:
    assert [e.message for e in VALID.iter_errors(made(build()))] == []


def test_keys_are_those_of_the_contract() -> None:
    found = made(sample())
    first, last = list(CONTRACT)[:6], list(CONTRACT)[6:]
    assert list(found) == ["evenhand", "as_of", *first, "findings_total", "summary", *last]
    for table, keys in CONTRACT.items():
        assert found[table]
        assert all(list(row) == keys.split() for row in found[table]), table
    evidence = found["verdicts"][-1]["evidence"][0]
    assert list(evidence) == ["fact", "table", "artefact", "locator"]


def test_complete_is_there_only_after_a_stop_by_the_clock() -> None:
    assert "complete" not in made(sample())
    cut = made(replace(sample(), complete=False))
    assert cut["complete"] is False
    assert VALID.is_valid(cut)


def _change(table: str, **values: Any) -> Callable[[Any], None]:
    return lambda found: found[table][0].update(values)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.update(clock="12:00"),
        lambda found: found.update(complete=True),
        lambda found: found.pop("summary"),
        lambda found: found["summary"]["gids-2020"].pop("holds"),
        lambda found: found["summary"]["gids-2020"].update(fine=3),
        _change("verdicts", outcome="compliant"),
        _change("verdicts", outcome="broken", evidence=[], evidence_total=0),
        _change("verdicts", grade="certain"),
        _change("verdicts", rests_on="malice"),
        _change("verdicts", subject="packet 12"),
        _change("verdicts", extra=1),
        _change("clauses", counts={"broken": 0}),
        _change("readings", outcome="fine"),
        _change("artefacts", artefact="md5:00"),
        _change("artefacts", size_bytes=-1),
        _change("differences", change="moved"),
        _change("findings", strength=1.5),
    ],
)
def test_schema_refuses(spoil: Callable[[Any], None]) -> None:
    found = copy.deepcopy(made(sample()))
    assert VALID.is_valid(found)
    spoil(found)
    assert not VALID.is_valid(found)


def test_ratios_have_six_places_and_no_value_is_left_out_of_json() -> None:
    fact = {"b": 1 / 3, "a": math.nan, "c": -0.0, "day": date(2026, 1, 2), "set": {"y", "x"}}
    row = {"rank": 1, "change": "new", "table": "t", "product": "p", "because": "", "fact": fact}
    found = made(replace(sample(), differences=(row,)))["differences"][0]["fact"]
    assert list(found) == ["a", "b", "c", "day", "set"]
    assert found == {"a": None, "b": 0.333333, "c": 0.0, "day": "2026-01-02", "set": ["x", "y"]}
    assert math.copysign(1, found["c"]) == 1


def test_one_row_stands_on_one_line() -> None:
    lines = json.render(sample(), Options()).splitlines()
    rows = sum(len(getattr(sample(), t)) for t in CONTRACT)
    assert sum(line.startswith(" {") for line in lines) == rows


def test_options_change_nothing() -> None:
    loud = Options(colour=True, width=40, verbose=True)
    assert json.render(sample(), loud) == json.render(sample(), Options())
