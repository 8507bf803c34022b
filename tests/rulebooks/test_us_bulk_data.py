"""28 CFR part 202 applied: the same genomic data the day before and the day it came into force.

No enforcement decision under the part is known to us. The cases are those of the rule itself: it
applies from 2025-04-08 (law/laws.yaml#US-DOJ-202), and human genomic data are in bulk above 100
people. Before that day the same sale was not covered; it is *not applicable*, as an event before a
binding clause's day.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.judge.bench import clause, result, verdict

SALE = """
transfer:
  - transfer: sale
    exporter: Genome Shop Inc.
    exporter_state: US
    importer: Importer
    importer_state: {home}
    importer_parent_state: {owner}
    importer_parent_share: {share}
    people_in: {people}
    transaction: data brokerage
    categories: [human genomic]
    people_low: {low}
    people_high: {high}
    exemption: {exemption}
    on_day: {day}
"""


def sale(**changes: object) -> str:
    """A sale of genomic data, with one thing changed."""
    said: dict[str, object] = {
        "home": "CN",
        "owner": "CN",
        "share": 100,
        "people": "US",
        "low": 101,
        "high": 101,
        "exemption": "none",
        "day": "2025-04-08",
    }
    return SALE.format(**{**said, **changes})


@pytest.mark.parametrize(
    ("day", "outcome"), [("2025-04-07", "not applicable"), ("2025-04-08", "broken")]
)
def test_the_day_before_and_the_day_it_applies(day: str, outcome: str) -> None:
    given = result(sale(day=day), "us-bulk-data")
    assert verdict(given, "202.301", "transfer:sale").outcome == outcome
    assert verdict(given, "202.303", "transfer:sale").outcome == outcome


def test_the_text_was_not_in_force_the_day_before() -> None:
    given = result(sale(), "us-bulk-data", as_of=date(2025, 4, 7))
    assert clause(given, "202.301").outcome == "not applicable"


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"low": 100, "high": 100}, "holds"),
        ({"low": 1, "high": 5000}, "not shown"),
        ({"exemption": "drug and device approval"}, "holds"),
        ({"home": "HK"}, "broken"),
        ({"home": "GB", "share": 50}, "broken"),
        ({"home": "GB", "share": 49}, "holds"),
        ({"home": "GB", "owner": "GB"}, "holds"),
        # a subsidiary under the law of the United States is a person of the United States
        ({"home": "US"}, "holds"),
        ({"people": "FR"}, "not shown"),
    ],
)
def test_thresholds_exemptions_and_covered_persons(
    changes: dict[str, object], outcome: str
) -> None:
    given = result(sale(**changes), "us-bulk-data")
    assert verdict(given, "202.301", "transfer:sale").outcome == outcome


def test_a_verdict_names_the_membership_that_it_rests_on() -> None:
    given = result(sale(), "us-bulk-data", swap=("CN", "FR"))
    one = verdict(given, "202.301", "transfer:sale")
    assert one.binding
    assert any(row.startswith("membership/") for row in one.law)
    # the importer is established there, and its state is a country of concern
    assert one.rests_on == "legal status"


@pytest.mark.parametrize(
    ("met", "outcome"), [("true", "holds"), ("false", "broken"), ("", "not shown")]
)
def test_restricted_dealings_need_the_security_requirements(met: str, outcome: str) -> None:
    facts = (
        sale()
        .replace("data brokerage", "vendor agreement")
        .replace("human genomic", "personal health")
    )
    facts = facts.replace("101", "10001") + (f"    requirements_met: {met}\n" if met else "")
    given = result(facts, "us-bulk-data")
    assert verdict(given, "202.401", "transfer:sale").outcome == outcome
    assert verdict(given, "202.301", "transfer:sale").outcome == "not applicable"


@pytest.mark.parametrize(
    ("barred", "outcome"), [("true", "holds"), ("false", "broken"), ("", "not shown")]
)
def test_sale_to_other_foreigners_needs_a_ban_on_onward_sale(barred: str, outcome: str) -> None:
    facts = sale(home="GB", owner="GB")
    given = result(facts + (f"    onward_barred: {barred}\n" if barred else ""), "us-bulk-data")
    assert verdict(given, "202.302", "transfer:sale").outcome == outcome
    assert verdict(given, "202.301", "transfer:sale").outcome == "holds"
