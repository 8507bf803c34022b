"""Texts derived from the Initiative, and the trust criteria: where wording or day decides.

Nobody decides cases under these texts. The days are those of their publication: the text with the
League 2021-03-29, with Central Asia 2022-06-08, the Prague Proposals 2019-05-03, the toolbox
2020-01-29 (law/initiative.yaml, law/clean_network.yaml). Non-binding texts are judged before
their day too, and marked as replay.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.judge.bench import clause, result, verdict

DEMAND = """
demand:
  - {{demand: mail, by_state: KZ, addressed_to: company, data_located_in: UZ, asks_for: access,
     permitted: {permitted}, permitted_by_law: {law}, on_day: 2023-01-01}}
"""
STORE = """
transfer:
  - {{transfer: bank, exporter_state: {home}, collected_in: KZ, stored_in: CN, recorded_in: CN,
     storage_required: true, on_day: {day}}}
"""
VENDOR = """
party:
  - {{party: Vendor, role: equipment vendor, product: core, use: 5g core, serves: DE,
     home_state: {home}, parent_state: {home}, parent: Vendor, on_day: 2024-06-01}}
"""


@pytest.mark.parametrize(
    ("permitted", "law", "english", "law_reading"),
    [
        ("false", "true", "broken", "holds"),
        ("true", "~", "holds", "holds"),
        ("false", "false", "broken", "broken"),
    ],
)
def test_permission_of_the_state_and_of_its_law(
    permitted: str, law: str, english: str, law_reading: str
) -> None:
    given = result(DEMAND.format(permitted=permitted, law=law), "gids-2020", "c5-2022")
    (state,) = [v for v in given.verdicts if (v.rulebook, v.clause) == ("gids-2020", "5a")]
    (of_law,) = [v for v in given.verdicts if (v.rulebook, v.clause) == ("c5-2022", "5a")]
    assert (state.outcome, of_law.outcome) == (english, law_reading)


def test_the_chinese_reading_of_5a_is_known_from_a_copy_and_decides_nothing() -> None:
    given = result(DEMAND.format(permitted="false", law="true"), "gids-2020-zh")
    one = verdict(given, "5a", "demand:mail")
    assert one.outcome == "not shown"
    assert "unverified" in one.because


@pytest.mark.parametrize(
    ("home", "day", "outcome", "replay"),
    [
        ("CN", "2022-06-08", "broken", False),
        ("CN", "2022-06-07", "broken", True),
        ("US", "2022-06-08", "not applicable", False),
        ("KZ", "2022-06-08", "not applicable", False),
    ],
)
def test_storage_in_the_host_state(home: str, day: str, outcome: str, replay: bool) -> None:
    one = verdict(result(STORE.format(home=home, day=day), "c5-2022"), "4c", "transfer:bank")
    assert (one.outcome, one.replay) == (outcome, replay)
    assert not one.binding


def test_no_clause_of_the_text_with_the_league_is_decided() -> None:
    given = result(DEMAND.format(permitted="false", law="false"), "las-2021")
    assert {v.outcome for v in given.verdicts} <= {"not shown", "not applicable"}
    assert clause(given, "5a").outcome == "not shown"


def test_the_day_before_the_text_with_the_league_there_was_none() -> None:
    given = result("", "las-2021", as_of=date(2021, 3, 28))
    assert clause(given, "5a").outcome == "not applicable"


@pytest.mark.parametrize(
    ("home", "clause_id", "outcome"),
    [
        ("SE", "treaties", "holds"),
        ("JP", "treaties", "holds"),
        ("NZ", "data-protection", "holds"),
        # the decision on JP covers some recipients only
        ("JP", "data-protection", "not shown"),
        ("CN", "treaties", "not shown"),
        ("CN", "data-protection", "not shown"),
        ("SE", "data-protection", "holds"),
    ],
)
def test_prague_criteria_by_treaty_and_decision(home: str, clause_id: str, outcome: str) -> None:
    given = result(VENDOR.format(home=home), "prague-2019")
    one = verdict(given, clause_id, "party:Vendor/equipment vendor/core/DE/5g core")
    assert one.outcome == outcome, one.because


def test_a_prague_criterion_rests_on_where_a_supplier_comes_from() -> None:
    facts = VENDOR.format(home="JP")
    given = result(facts, "prague-2019", swap=("JP", "CN"))
    one = verdict(given, "treaties", "party:Vendor/equipment vendor/core/DE/5g core")
    assert one.rests_on == "origin"


def test_the_toolbox_names_nobody_and_its_2023_reading_decides_nothing() -> None:
    facts = VENDOR.format(home="CN").replace("party: Vendor,", "party: Huawei,")
    given = result(facts, "eu-5g-toolbox")
    assert clause(given, "restrict").outcome == "not shown"
    assert clause(given, "restrict-2023").outcome == "not shown"
    assert verdict(given, "multi-vendor", "supply:core").outcome == "not shown"


def test_the_data_flow_initiative_is_not_decided() -> None:
    given = result("", "cbdf-2024")
    assert {c.outcome for c in given.clauses} == {"not shown"}
