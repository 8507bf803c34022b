"""What holds for every report: snapshots, order of rows, hostile texts, nothing left behind.

Spec: DESIGN, contract `-f json` (byte-identical output).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.judge.result import Result
from evenhand.reports import Options, html, json, oscal, sarif, terminal
from tests.reports.extremes import HOSTILE, empty_sample, hostile_sample
from tests.reports.sample import sample
from tests.reports.snapshot import CASES, FOLDER

RENDER: dict[str, Callable[[Result, Options], str]] = {
    "html": html.render,
    "json": json.render,
    "oscal": oscal.render,
    "sarif": sarif.render,
    "terminal": terminal.render,
}
EVERY = pytest.mark.parametrize("name", sorted(RENDER))


@pytest.mark.parametrize("name", sorted(CASES))
def test_snapshot(name: str) -> None:
    kept = (FOLDER / name).read_bytes()
    assert CASES[name]().encode() == kept, "if it is meant: python -m tests.reports.snapshot"


def test_every_snapshot_has_its_case() -> None:
    assert {p.name for p in FOLDER.iterdir()} == set(CASES)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    whole, chance = sample(), random.Random(seed)
    mixed: dict[str, Any] = {}
    for table in ("artefacts", "readings", "verdicts", "clauses", "destinations", "differences"):
        rows = list(getattr(whole, table))
        chance.shuffle(rows)
        mixed[table] = tuple(rows)
    shuffled = replace(whole, **mixed)
    for render in RENDER.values():
        assert render(shuffled, Options()) == render(whole, Options())


@EVERY
def test_a_hostile_text_acts_on_nothing(name: str) -> None:
    said = RENDER[name](hostile_sample(), Options())
    said.encode("utf-8")  # a lone surrogate would raise
    for unsafe in "\u202e\u2066\x1b\x00\u2028":
        assert unsafe not in said
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", said)
    assert "alert(1)" in said  # it is shown all the same


@EVERY
def test_a_text_ends_with_one_newline(name: str) -> None:
    for made in (sample(), empty_sample(), hostile_sample()):
        said = RENDER[name](made, Options())
        assert said.endswith("\n")
        assert not said.endswith("\n\n")


@EVERY
def test_nothing_broken_or_held_is_invented(name: str) -> None:
    said = RENDER[name](empty_sample(), Options())
    assert "aster" not in said
    if name in ("terminal", "html"):
        assert "Nothing is shown to be unmet" in said


@EVERY
def test_a_run_cut_by_the_clock_says_so(name: str) -> None:
    whole, cut = sample(), replace(sample(), complete=False)
    words = {
        "json": '"complete": false',
        "oscal": "stopped early",
        "sarif": '"executionSuccessful": false',
        "terminal": "stopped early",
        "html": "stopped early",
    }
    assert words[name] in RENDER[name](cut, Options())
    assert words[name] not in RENDER[name](whole, Options())


@EVERY
def test_a_result_without_texts_for_people_is_still_reported(name: str) -> None:
    bare = replace(
        sample(), texts=(), checks=(), destinations=(), looked_for=(), rulebooks=(), territories={}
    )
    assert "aster-gate-2" in RENDER[name](bare, Options())


def test_hostile_is_hostile() -> None:
    assert len(HOSTILE) > 9000
    assert "<script>" in HOSTILE
