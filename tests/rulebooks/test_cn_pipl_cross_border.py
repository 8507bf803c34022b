"""China's thresholds for exports of personal information, the day before and after they changed.

From 2021-11-01 every export needed a mechanism (law/laws.yaml#CN-PIPL-38). The Provisions of
2024-03-22 (law/laws.yaml#CN-CBDT-2024) freed exports below 100,000 people in the year and moved
the security assessment from 100,000 to 1,000,000. `as_of` picks the text, so each side of the day
is judged by the text of its day.

DiDi (decided 2022-07-21) and other published decisions turned on collection, not on exports by
number, so that no decided case of these thresholds is known to us.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.judge.bench import clause, result, verdict

BEFORE, AFTER = date(2024, 3, 21), date(2024, 3, 22)
EXPORT = """
transfer:
  - transfer: export
    exporter: Handler
    exporter_state: CN
    exporter_status: none
    collected_in: CN
    importer: Parent
    importer_state: {to}
    data_class: {kind}
    people_low: {low}
    people_high: {high}
    mechanism: {mechanism}
    exemption: {exemption}
    on_day: {day}
"""


def export(day: date, low: int, high: int | None = None, **changes: str) -> str:
    """An export of personal information of so many people."""
    said = {"to": "DE", "kind": "personal", "mechanism": "none", "exemption": "none"} | changes
    return EXPORT.format(**said, day=day, low=low, high=high or low)


def outcome(facts: str, name: str, day: date) -> str:
    """What a clause says of the export under the text of that day."""
    given = result(facts, "cn-pipl-cross-border", as_of=day)
    if (
        clause(given, name).why_not_shown
        and "no text in force" in clause(given, name).why_not_shown[0]
    ):
        return "no text"
    return verdict(given, name, "transfer:export").outcome


@pytest.mark.parametrize(
    ("day", "name", "low", "expected"),
    [
        (BEFORE, "38", 99_999, "broken"),
        (AFTER, "38", 99_999, "no text"),
        (BEFORE, "cbdt-contract", 99_999, "no text"),
        (AFTER, "cbdt-contract", 99_999, "holds"),
        (AFTER, "cbdt-contract", 100_000, "broken"),
        (AFTER, "cbdt-assessment", 999_999, "holds"),
        (AFTER, "cbdt-assessment", 1_000_000, "broken"),
    ],
)
def test_personal_information_by_number(day: date, name: str, low: int, expected: str) -> None:
    assert outcome(export(day, low), name, day) == expected


def test_a_contract_for_500_000_people_was_too_little_before_and_is_enough_after() -> None:
    before = export(BEFORE, 500_000, mechanism="standard contract")
    assert outcome(before, "assessment-2022", BEFORE) == "broken"
    after = export(AFTER, 500_000, mechanism="standard contract")
    assert outcome(after, "cbdt-contract", AFTER) == "holds"
    assert outcome(after, "cbdt-assessment", AFTER) == "holds"


@pytest.mark.parametrize(
    ("low", "high", "mechanism", "expected"),
    [
        (9_999, 9_999, "standard contract", "holds"),
        (10_000, 10_000, "standard contract", "broken"),
        (10_000, 10_000, "security assessment", "holds"),
        (5_000, 20_000, "standard contract", "not shown"),
    ],
)
def test_sensitive_information(low: int, high: int, mechanism: str, expected: str) -> None:
    facts = export(AFTER, low, high, kind="sensitive personal", mechanism=mechanism)
    assert outcome(facts, "cbdt-assessment", AFTER) == expected


def test_important_data_need_an_assessment_at_any_volume() -> None:
    facts = export(AFTER, 1, kind="important", exemption="emergency")
    assert outcome(facts, "cbdt-important", AFTER) == "broken"
    assert outcome(facts, "cbdt-assessment", AFTER) == "not applicable"


def test_exemptions_hold_and_hong_kong_lies_beyond_the_border() -> None:
    exempt = export(AFTER, 2_000_000, exemption="contract with the individual")
    assert outcome(exempt, "cbdt-assessment", AFTER) == "holds"
    assert outcome(export(AFTER, 2_000_000, to="HK"), "cbdt-assessment", AFTER) == "broken"


def test_a_foreign_court_gets_nothing_without_approval() -> None:
    facts = """
demand:
  - {demand: subpoena, by_state: US, addressed_to: company, data_located_in: CN, purpose: judicial,
     data_class: personal, answered: true, permitted: false, on_day: DAY}
"""
    for book, name, first, eve in (
        ("cn-pipl-cross-border", "41", "2021-11-01", "2021-10-31"),
        ("cn-dsl-36", "36", "2021-09-01", "2021-08-31"),
    ):
        on_the_day = result(facts.replace("DAY", first), book)
        assert verdict(on_the_day, name, "demand:subpoena").outcome == "broken"
        day_before = result(facts.replace("DAY", eve), book)
        assert verdict(day_before, name, "demand:subpoena").outcome == "not applicable"
