"""Article 37 of China's Cybersecurity Law: kept at home and assessed, the day before it applied and
the day it did.

It applies from 2017-06-01 (law/laws.yaml#CN-CSL-37). No decided case of this article alone is known
to us.
"""

from __future__ import annotations

import pytest

from tests.judge.bench import result

TRANSFER = """
transfer:
  - {{transfer: t, exporter: Grid, exporter_state: CN, exporter_status: {status}, importer: Cloud,
     importer_state: DE, collected_in: CN, stored_in: {stored}, data_class: {kind},
     people_low: 10, people_high: 10, mechanism: {mechanism}, on_day: {day}}}
"""
OPERATOR = "critical infrastructure operator"


def outcomes(
    status: str = OPERATOR,
    stored: str = "DE",
    kind: str = "personal",
    mechanism: str = "standard contract",
    day: str = "2021-06-01",
) -> dict[str, str]:
    facts = TRANSFER.format(status=status, stored=stored, kind=kind, mechanism=mechanism, day=day)
    return {v.clause: v.outcome for v in result(facts, "cn-csl-37").verdicts}


@pytest.mark.parametrize(
    ("day", "wanted"), [("2017-05-31", "not applicable"), ("2017-06-01", "broken")]
)
def test_from_its_day(day: str, wanted: str) -> None:
    assert outcomes(day=day)["37-export"] == wanted


def test_an_assessment_and_no_other_mechanism() -> None:
    assert outcomes(mechanism="security assessment")["37-export"] == "holds"
    assert outcomes(kind="important")["37-export"] == "broken"


def test_who_is_no_such_operator_is_out_of_scope() -> None:
    assert set(outcomes(status="none").values()) == {"not applicable"}
    unsaid = TRANSFER.replace("exporter_status: {status}, ", "")
    facts = unsaid.format(stored="DE", kind="personal", mechanism="none", day="2021-06-01")
    given = result(facts, "cn-csl-37")
    assert {v.outcome for v in given.verdicts} == {"not shown"}


def test_kept_in_the_mainland() -> None:
    assert outcomes(stored="CN")["37-storage"] == "holds"
    # a copy at home may be there and not on record
    assert outcomes(stored="DE")["37-storage"] == "not shown"
