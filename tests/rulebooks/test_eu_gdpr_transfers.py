"""The GDPR's transfer clauses on decided cases, each on the days before and after the law changed.

Schrems I (C-362/14, 6 October 2015) and Schrems II (C-311/18, 16 July 2020): the CJEU ended Safe
Harbour and the Privacy Shield. Meta (DPC, 12 May 2023): standard clauses to the United States did
not make up for that state's law. TikTok (DPC, 30 April 2025): staff of group companies read EEA
data from China; protection there was not shown, and people were not told until December 2022.
Uber (Dutch AP, 26 August 2024): drivers' data went to the United States from August 2021 without
clauses, until the Data Privacy Framework was relied on from 27 November 2023.

Where we depart: Schrems I was decided under Directive 95/46, so that its transfers are out of the
GDPR unless they are replayed; the first day of Safe Harbour is in our list from memory, so that
nothing holds on it. The DPC looked at what Meta and TikTok did over years; we judge single days.
"""

from __future__ import annotations

from datetime import date

import pytest

from evenhand.judge.result import Result
from tests.judge.bench import clause, result, verdict

BOOK = "eu-gdpr-transfers"
AS_OF = date(2026, 6, 30)


def judged(*rows: str, replay: bool = False, more: str = "", as_of: date = AS_OF) -> Result:
    """Transfers of personal data to another controller, judged."""
    common = "data_class: personal, separate_importer: true"
    lines = "\n".join(f"  - {{{row}, {common}}}" for row in rows)
    return result(f"transfer:\n{lines}\n{more}", BOOK, as_of=as_of, replay=replay)


def outcomes(given: Result, name: str) -> dict[str, str]:
    """Transfer → outcome under one clause."""
    return {
        v.subject.removeprefix("transfer:"): v.outcome for v in given.verdicts if v.clause == name
    }


def shield(name: str, day: str, covered: str = "[EU_GDPR_ADEQUACY]", more: str = "") -> str:
    return (
        f"transfer: {name}, exporter_state: IE, importer_state: US, mechanism: adequacy, "
        f"covered_by: {covered}, on_day: {day}{more}"
    )


def test_schrems_2_ends_the_privacy_shield_on_the_day() -> None:
    given = judged(shield("eve", "2020-07-15"), shield("day", "2020-07-16"))
    assert outcomes(given, "44") == {"eve": "holds", "day": "broken"}
    assert outcomes(given, "45") == {"eve": "holds", "day": "broken"}
    assert "law/laws.yaml#EU-GDPR-45" in verdict(given, "45", "transfer:day").law
    assert any("agreement" in law for law in verdict(given, "45", "transfer:day").law)


def test_between_the_shield_and_the_framework_nothing_is_adequate() -> None:
    given = judged(
        shield("gap", "2023-07-09"),
        shield("framework", "2023-07-10"),
        shield("not-certified", "2023-07-10", "[]", ", not_covered_by: [EU_GDPR_ADEQUACY]"),
        shield("nobody-says", "2023-07-10", "[]"),
    )
    assert outcomes(given, "45") == {
        "gap": "broken",
        "framework": "holds",
        "not-certified": "broken",
        "nobody-says": "not shown",
    }


def test_schrems_1_is_before_the_gdpr() -> None:
    rows = shield("eve", "2015-10-05"), shield("day", "2015-10-06")
    assert outcomes(judged(*rows), "44") == {"eve": "not applicable", "day": "not applicable"}
    again = judged(*rows, replay=True)
    # the row on Safe Harbour is from memory: nothing holds on it; that it ended needs no such row
    assert outcomes(again, "44") == {"eve": "not shown", "day": "broken"}
    assert verdict(again, "44", "transfer:day").replay


def test_meta_2023_clauses_did_not_make_up_for_the_law_there() -> None:
    meta = (
        "exporter: Meta Platforms Ireland, exporter_state: IE, importer_state: US, "
        "mechanism: standard clauses, mechanism_version: 2021/914, assessment: true"
    )
    given = judged(
        f"transfer: found, {meta}, protection_upheld: false, on_day: 2022-06-01, grade: found",
        f"transfer: as-declared, {meta}, on_day: 2022-06-01",
        f"transfer: certified, {meta}, covered_by: [EU_GDPR_ADEQUACY], on_day: 2023-09-08",
    )
    assert outcomes(given, "46") == {
        "found": "broken",
        "as-declared": "holds",
        "certified": "not applicable",
    }
    assert outcomes(given, "44") == {
        "found": "broken",
        "as-declared": "holds",
        "certified": "holds",
    }
    assert verdict(given, "46", "transfer:found").grade == "found"


def test_tiktok_2025_access_by_other_companies_of_the_group() -> None:
    tiktok = (
        "exporter: TikTok Technology Limited, exporter_state: IE, exporter_role: controller, "
        "importer_state: CN, stored_in: SG, accessed_from: CN, mechanism: standard clauses, "
        "mechanism_version: 2021/914, protection_upheld: false, grade: found"
    )
    given = judged(
        f"transfer: in-2021, {tiktok}, informed: false, on_day: 2021-10-01",
        f"transfer: in-2023, {tiktok}, informed: true, on_day: 2023-01-01",
    )
    assert outcomes(given, "46") == {"in-2021": "broken", "in-2023": "broken"}
    assert outcomes(given, "13.1f") == {"in-2021": "broken", "in-2023": "holds"}


def test_uber_2024_nothing_between_clauses_and_framework() -> None:
    uber = (
        "exporter: Uber B.V., exporter_state: NL, importer: Uber Technologies, importer_state: US"
    )
    given = judged(
        f"transfer: without, {uber}, mechanism: none, on_day: 2022-03-01, grade: found",
        f"transfer: framework, {uber}, covered_by: [EU_GDPR_ADEQUACY], on_day: 2023-11-27",
        f"transfer: by-contract, {uber}, mechanism: contract, necessary: false, "
        "repetitive: true, on_day: 2022-03-01, grade: found",
    )
    assert outcomes(given, "44") == {
        "without": "broken",
        "framework": "holds",
        "by-contract": "broken",
    }
    assert outcomes(given, "49")["by-contract"] == "broken"


@pytest.mark.parametrize(
    ("signed", "day", "wanted"),
    [
        ("2021-09-26", "2022-12-26", "holds"),
        ("2021-09-26", "2022-12-27", "broken"),
        ("2021-09-27", "2022-01-01", "broken"),
    ],
)
def test_old_standard_clauses_end(signed: str, day: str, wanted: str) -> None:
    given = judged(
        "transfer: t, exporter_state: DE, importer_state: IN, mechanism: standard clauses, "
        f"mechanism_version: 2010/87/EU, mechanism_on: {signed}, assessment: true, on_day: {day}"
    )
    assert outcomes(given, "46") == {"t": wanted}


@pytest.mark.parametrize(
    ("state", "day", "wanted"),
    [
        ("GB", "2020-01-31", "not applicable"),  # a member state
        ("GB", "2020-06-01", "not shown"),  # left; the list does not tell of the transition
        ("GB", "2021-06-28", "holds"),
        ("CH", "2018-05-25", "holds"),
        ("JP", "2019-01-22", "broken"),
        ("JP", "2019-01-23", "not shown"),  # private sector only: nobody says so of this recipient
        ("KR", "2021-12-16", "broken"),
        ("KR", "2021-12-17", "holds"),
        ("BR", "2026-01-25", "broken"),
        ("BR", "2026-01-26", "holds"),
        ("NO", "2019-01-01", "not applicable"),
        ("GL", "2019-01-01", "broken"),  # a border of its own, and no decision
        ("CN", "2019-01-01", "broken"),
    ],
)
def test_adequacy_by_destination_and_day(state: str, day: str, wanted: str) -> None:
    given = judged(
        f"transfer: t, exporter_state: FR, importer_state: {state}, "
        f"mechanism: adequacy, on_day: {day}"
    )
    assert outcomes(given, "45") == {"t": wanted}


def test_staff_abroad_are_no_importer_and_a_processor_abroad_is() -> None:
    facts = """
transfer:
  - {transfer: own-staff, exporter_state: IE, importer_state: IN, accessed_from: IN,
     separate_importer: false, data_class: personal, mechanism: none, on_day: 2024-01-01}
  - {transfer: support, exporter_state: IE, importer_state: IN, accessed_from: IN,
     separate_importer: true, data_class: personal, mechanism: none, on_day: 2024-01-01}
"""
    given = result(facts, BOOK, as_of=AS_OF)
    assert outcomes(given, "44") == {"own-staff": "not applicable", "support": "broken"}


def test_consent_carries_no_systematic_flow() -> None:
    rest = "exporter_state: AT, importer_state: IN, mechanism: consent, consent: true"
    given = judged(
        f"transfer: once, {rest}, repetitive: false, on_day: 2024-01-01",
        f"transfer: daily, {rest}, repetitive: true, on_day: 2024-01-01",
        f"transfer: unsaid, {rest}, on_day: 2024-01-01",
    )
    assert outcomes(given, "49") == {"once": "holds", "daily": "broken", "unsaid": "not shown"}


def test_a_foreign_warrant_needs_an_agreement() -> None:
    facts = """
demand:
  - {demand: bare, by_state: US, to_state: IE, addressed_to: company, data_class: personal,
     agreement: none, other_ground: false, answered: true, on_day: 2024-01-01}
  - {demand: refused, by_state: US, to_state: IE, addressed_to: company, data_class: personal,
     agreement: none, answered: false, on_day: 2024-01-01}
  - {demand: treaty, by_state: US, to_state: IE, addressed_to: company, data_class: personal,
     agreement: MLAT, answered: true, on_day: 2024-01-01}
  - {demand: parent, by_state: US, to_state: US, addressed_to: company, data_class: personal,
     agreement: none, answered: true, on_day: 2024-01-01}
"""
    given = result(facts, BOOK, as_of=AS_OF)
    assert {v.subject: v.outcome for v in given.verdicts if v.clause == "48"} == {
        "demand:bare": "broken",
        "demand:refused": "holds",
        "demand:treaty": "holds",
        "demand:parent": "not applicable",
    }


def test_nothing_given_is_not_shown() -> None:
    given = result("", BOOK, as_of=AS_OF)
    assert {c.outcome for c in given.clauses} == {"not shown"}
    assert clause(given, "44").outcome == "not shown"
