"""Questions answered in process: the same verdicts as by way of a facts file, on warm tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import evenhand
from evenhand.errors import Mistakes
from evenhand.judge.result import Verdict
from tests.judge.bench import AS_OF, result

DEMAND: dict[str, Any] = {
    "demand": "d1",
    "by_state": "FR",
    "to_party": "Cloud",
    "addressed_to": "company",
    "data_located_in": "NL",
    "purpose": "law enforcement",
    "asks_for": "access",
    "on_day": date(2025, 1, 1),
    "permitted": False,
}
FILE = """
demand:
  - {demand: d1, by_state: FR, to_party: Cloud, addressed_to: company, data_located_in: NL,
     purpose: law enforcement, asks_for: access, on_day: 2025-01-01, permitted: false}
"""
BOOK = ["gids-2020"]


def plain(verdicts: Any) -> list[tuple[Any, ...]]:
    """What verdicts say, without where their evidence lies."""
    return [
        (v.clause, v.subject, v.outcome, v.because, v.grade, v.attribution, v.law[1:])
        for v in verdicts
    ]


def outcomes(verdicts: list[Verdict]) -> dict[tuple[str, str], str]:
    return {(v.clause, v.subject): v.outcome for v in verdicts}


def test_a_question_has_the_verdicts_of_a_facts_file() -> None:
    asked = evenhand.decide({"demand": DEMAND}, BOOK, AS_OF)
    assert outcomes(asked)["5a", "demand:d1"] == "broken"
    (one,) = [v for v in asked if v.clause == "5a"]
    assert one.evidence[0].table == "demand" and one.evidence[0].locator == "/demand/0"
    assert any("/list/" in law for v in asked for law in v.law)
    told = [v for v in result(FILE).verdicts if v.subject == "demand:d1"]
    # the bench of tests declares three territories of its own, which changes no verdict here
    assert plain(asked) == plain(told)


def test_nothing_is_left_on_the_tables() -> None:
    first = evenhand.decide({"demand": DEMAND}, BOOK, AS_OF)
    other = evenhand.decide({"demand": DEMAND | {"demand": "d2", "by_state": "NL"}}, BOOK, AS_OF)
    assert {v.subject for v in other} == {"demand:d2"}
    assert outcomes(other)["5a", "demand:d2"] == "not applicable"
    assert evenhand.decide({"demand": DEMAND}, BOOK, AS_OF) == first


def test_several_questions_at_once_and_rows_without_a_key() -> None:
    bare = {k: v for k, v in DEMAND.items() if k != "demand"}
    asked = [{"demand": bare}, {"demand": bare | {"by_state": "NL"}}]
    found = outcomes(evenhand.decide(asked, BOOK, AS_OF))
    assert found["5a", "demand:q0"] == "broken"
    assert found["5a", "demand:q1"] == "not applicable"


def test_many_questions_go_the_way_of_evidence_and_say_the_same() -> None:
    asked = [{"demand": DEMAND | {"demand": f"d{n}"}} for n in range(1_001)]
    found = outcomes(evenhand.decide(asked, BOOK, AS_OF))
    few = outcomes(evenhand.decide(asked[:3], BOOK, AS_OF))
    assert {found[k] == v for k, v in few.items()} == {True}
    assert len(found) == 1_001 * len({clause for clause, _ in few})


def test_law_given_with_the_question_counts() -> None:
    agreement = {
        "agreement": "X",
        "type": "direct access",
        "state_a": "FR",
        "state_b": "NL",
        "in_force_from": "2020-01-01",
    }
    question = {"demand": DEMAND | {"permitted": None}, "agreement": [agreement]}
    assert outcomes(evenhand.decide(question, BOOK, AS_OF))["5a", "demand:d1"] == "holds"
    question = {"demand": DEMAND | {"permitted": None}, "complete": ["agreement"]}
    assert outcomes(evenhand.decide(question, BOOK, AS_OF))["5a", "demand:d1"] == "broken"


def test_an_allegation_breaks_nothing() -> None:
    (one,) = [
        v
        for v in evenhand.decide({"demand": DEMAND, "grade": "alleged"}, BOOK, AS_OF)
        if v.clause == "5a"
    ]
    assert one.outcome == "not shown" and "allegation" in one.because


def test_every_mistake_is_told_at_once() -> None:
    wrong: list[dict[str, Any]] = [
        {"demand": {"by_state": "France", "no_such": 1}},
        {"place_": {}, "complete": ["nothing"]},
    ]
    with pytest.raises(Mistakes) as caught:
        evenhand.decide(wrong, BOOK, AS_OF)
    said = "\n".join(caught.value.lines)
    assert "question 0: demand" in said and "question 1: place_" in said
    assert "no_such" in said and "France" in said and "nothing is no table" in said


def test_nothing_asked_nothing_said() -> None:
    assert evenhand.decide([], BOOK, AS_OF) == []
    assert evenhand.decide({}, BOOK, AS_OF) == []
