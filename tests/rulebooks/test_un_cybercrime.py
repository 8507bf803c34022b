"""The UN Convention against Cybercrime is not in force: it judges nothing, on any day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.judge.bench import clause, result
from tests.rulebooks.flows import outcomes

FACTS = """
demand:
  - {demand: signatories, by_state: RU, data_located_in: BR, agreement: UNCC_2024,
     on_day: 2026-01-01}
"""


@pytest.mark.parametrize("day", [date(2024, 12, 24), date(2025, 10, 25), date(2026, 11, 21)])
def test_no_text_in_force(day: date) -> None:
    given = result(FACTS, "un-cybercrime", as_of=day)
    assert given.verdicts == ()
    assert clause(given, "assistance").outcome == "not applicable"
    assert clause(given, "assistance").why_not_shown == (f"no text in force on {day}",)


def test_replayed_a_signature_is_no_ratification() -> None:
    given = result(FACTS, "un-cybercrime", as_of=date(2026, 11, 21), replay=True)
    assert outcomes(given, "assistance") == {"signatories": "not shown"}
