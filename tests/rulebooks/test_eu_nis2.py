"""NIS2 notices: only of entities that national law makes essential or important."""

from __future__ import annotations

from datetime import date

from tests.judge.bench import result
from tests.rulebooks.flows import outcomes

INCIDENT = "about: significant incident, told_to: authority, owed_in: BE"
FACTS = f"""
notice:
  - {{notice: in-time, {INCIDENT}, stage: notification, bound_by: [NIS2],
     clock_on: 2025-03-01, given_on: 2025-03-03}}
  - {{notice: late, {INCIDENT}, stage: notification, bound_by: [NIS2],
     clock_on: 2025-03-01, given_on: 2025-03-05}}
  - {{notice: before, {INCIDENT}, stage: notification, bound_by: [NIS2],
     clock_on: 2024-10-17, given_on: 2024-11-05}}
  - {{notice: perhaps-bound, {INCIDENT}, stage: notification,
     clock_on: 2025-03-01, given_on: 2025-03-05}}
  - {{notice: report, {INCIDENT}, stage: final report, bound_by: [NIS2],
     clock_on: 2025-01-31, given_on: 2025-02-28}}
"""


def test_clocks() -> None:
    given = result(FACTS, "eu-nis2", as_of=date(2026, 6, 30))
    notified = outcomes(given, "23.4b")
    assert notified.pop("report") == "not applicable"
    assert notified == {
        "in-time": "holds",
        "late": "broken",
        "before": "not applicable",
        "perhaps-bound": "not shown",
    }
    assert outcomes(given, "23.4d")["report"] == "holds"
