"""The Cyber Resilience Act's clocks of hours, days and a month, from 11 September 2026."""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause, result
from tests.rulebooks.flows import outcomes

AS_OF = date(2026, 11, 21)
FACTS = """
notice:
  - {notice: eve, about: exploited vulnerability, stage: early warning, told_to: authority,
     owed_in: DE, clock_on: 2026-09-10, given_on: 2026-09-20}
  - {notice: late, about: exploited vulnerability, stage: early warning, told_to: authority,
     owed_in: DE, clock_on: 2026-09-11, given_on: 2026-09-13}
  - {notice: near, about: exploited vulnerability, stage: early warning, told_to: authority,
     owed_in: DE, clock_on: 2026-09-11, given_on: 2026-09-12}
  - {notice: near-in-time, about: exploited vulnerability, stage: early warning,
     told_to: authority, owed_in: DE, clock_at: "2026-09-11T20:00:00Z",
     given_at: "2026-09-12T19:59:59Z"}
  - {notice: only-published, about: vulnerability, stage: early warning, told_to: authority,
     owed_in: DE, clock_on: 2026-09-11, given_on: 2026-10-11}
  - {notice: volunteers, about: exploited vulnerability, stage: early warning,
     told_to: authority, owed_in: DE, not_bound_by: [CRA], clock_on: 2026-09-11, given: false}
  - {notice: report, about: exploited vulnerability, stage: final report, told_to: authority,
     owed_in: DE, clock_on: 2026-10-01, given_on: 2026-10-15}
  - {notice: report-late, about: exploited vulnerability, stage: final report,
     told_to: authority, owed_in: DE, clock_on: 2026-10-01, given_on: 2026-10-16}
  - {notice: incident, about: severe incident, stage: final report, told_to: authority,
     owed_in: DE, clock_on: 2026-10-01, given_on: 2026-11-01}
  - {notice: incident-late, about: severe incident, stage: final report, told_to: authority,
     owed_in: DE, clock_on: 2026-10-01, given_on: 2026-11-02}
"""


def test_clocks() -> None:
    given = result(FACTS, "eu-cra-14", as_of=AS_OF)
    early = outcomes(given, "14.2a")
    assert {n: early[n] for n in early if "report" not in n and "incident" not in n} == {
        "eve": "not applicable",
        "late": "broken",
        "near": "not shown",
        "near-in-time": "holds",
        "only-published": "not applicable",
        "volunteers": "not applicable",
    }
    reports = outcomes(given, "14.2c")
    assert (reports["report"], reports["report-late"]) == ("holds", "broken")
    assert reports["late"] == "not applicable"
    incidents = outcomes(given, "14.4c")
    assert (incidents["incident"], incidents["incident-late"]) == ("holds", "broken")
    assert incidents["report-late"] == "not applicable"


def test_before_the_first_day_no_text_is_in_force() -> None:
    given = result(FACTS, "eu-cra-14", as_of=date(2026, 9, 10))
    assert given.verdicts == ()
    assert clause(given, "14.2a").why_not_shown == ("no text in force on 2026-09-10",)
