"""The Microsoft warrant of 2013, and foreign demands the day before and after an agreement.

United States v. Microsoft (No. 17-2): a warrant of December 2013 for mail kept in Ireland was
contested; the act of 2018-03-23 answered the question, and the Supreme Court declared the case moot
on 2018-04-17 (law/laws.yaml#US-CLOUD-2713). Before the act the clause does not bind; after it the
same refusal is broken unless contested. The agreement with the United Kingdom is in force since
2022-10-03, that with Australia since 2024-01-30 (list `agreement`, US_CLOUD_AGREEMENT).
"""

from __future__ import annotations

import pytest

from tests.judge.bench import result, verdict

WARRANT = """
demand:
  - {{demand: warrant, by_state: US, to_party: Microsoft, addressed_to: company, provider_state: US,
     data_located_in: IE, purpose: law enforcement, legal_process: warrant, in_control: true,
     answered: false, contested: {contested}, on_day: {day}}}
"""
ABROAD = """
demand:
  - {{demand: order, by_state: {state}, addressed_to: company, provider_state: US,
     data_located_in: US, people_in: {people}, purpose: law enforcement, serious_crime: true,
     within_scope: true, {more}on_day: {day}}}
"""


@pytest.mark.parametrize(
    ("day", "contested", "outcome"),
    [
        ("2013-12-04", "false", "not applicable"),
        ("2018-03-22", "false", "not applicable"),
        ("2018-03-23", "false", "broken"),
        ("2018-03-23", "true", "holds"),
    ],
)
def test_a_warrant_for_data_in_ireland(day: str, contested: str, outcome: str) -> None:
    given = result(WARRANT.format(day=day, contested=contested), "us-cloud-act")
    assert verdict(given, "2713", "demand:warrant").outcome == outcome


@pytest.mark.parametrize(
    ("state", "people", "more", "day", "outcome"),
    [
        ("GB", "GB", "", "2022-10-02", "broken"),
        ("GB", "GB", "", "2022-10-03", "holds"),
        ("GB", "US", "", "2022-10-03", "broken"),
        ("AU", "AU", "", "2024-01-29", "broken"),
        ("AU", "AU", "", "2024-01-30", "holds"),
        ("CA", "CA", "", "2025-06-01", "not shown"),
        ("CA", "CA", "agreement: none, ", "2025-06-01", "broken"),
    ],
)
def test_a_foreign_demand_under_an_agreement(
    state: str, people: str, more: str, day: str, outcome: str
) -> None:
    facts = ABROAD.format(state=state, people=people, more=more, day=day)
    given = result(facts, "us-cloud-act")
    assert verdict(given, "agreements", "demand:order").outcome == outcome


def test_the_same_demand_under_the_initiative_and_under_the_act() -> None:
    """What one text asks another forbids; both say so, and neither is set above the other."""
    given = result(WARRANT.format(day="2021-01-01", contested="false"), "us-cloud-act", "gids-2020")
    (ours,) = [v for v in given.verdicts if v.clause == "2713"]
    (other,) = [v for v in given.verdicts if v.clause == "6a"]
    assert (ours.outcome, other.outcome) == ("broken", "not shown")
