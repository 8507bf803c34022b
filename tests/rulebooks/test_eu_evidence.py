"""European Production Orders: answered within ten days, from 18 August 2026."""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause, result
from tests.rulebooks.flows import outcomes

ORDER = "instrument: production order, purpose: law enforcement, emergency: false"
FACTS = f"""
demand:
  - {{demand: before, {ORDER}, by_state: FR, to_state: IE, on_day: 2026-08-17,
     answered_on: 2026-09-17}}
  - {{demand: in-time, {ORDER}, by_state: FR, to_state: IE, on_day: 2026-08-18,
     answered_on: 2026-08-28}}
  - {{demand: late, {ORDER}, by_state: FR, to_state: IE, on_day: 2026-08-18,
     answered_on: 2026-08-29}}
  - {{demand: danish, {ORDER}, by_state: DK, to_state: IE, on_day: 2026-08-18,
     answered_on: 2026-09-29}}
  - {{demand: far-represented, {ORDER}, by_state: FR, to_state: US, bound_by: [EU_EEVIDENCE],
     on_day: 2026-08-18, answered_on: 2026-08-29}}
  - {{demand: unanswered, {ORDER}, by_state: FR, to_state: IE, answered: false,
     on_day: 2026-08-18}}
"""


def test_ten_days() -> None:
    given = result(FACTS, "eu-evidence", as_of=date(2026, 11, 21))
    assert outcomes(given, "10") == {
        "before": "not applicable",
        "in-time": "holds",
        "late": "broken",
        "danish": "not applicable",
        "far-represented": "broken",
        "unanswered": "not shown",
    }


def test_before_the_first_day_no_text_is_in_force() -> None:
    given = result(FACTS, "eu-evidence", as_of=date(2026, 8, 17))
    assert clause(given, "10").why_not_shown == ("no text in force on 2026-08-17",)
