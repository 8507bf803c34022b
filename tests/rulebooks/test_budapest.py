"""The Budapest Convention: each party from its own first day; the second protocol not in force.

The United States became a party on 1 January 2007, Japan on 1 November 2012; Ireland signed in
2002 and is on no list of parties that we have.
"""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause, result
from tests.rulebooks.flows import outcomes

FACTS = """
demand:
  - {demand: eve, by_state: US, data_located_in: DE, agreement: BUDAPEST_ETS185, on_day: 2009-06-30}
  - {demand: day, by_state: US, data_located_in: DE, agreement: BUDAPEST_ETS185, on_day: 2009-07-01}
  - {demand: japan-eve, by_state: FR, data_located_in: JP, agreement: BUDAPEST_ETS185,
     on_day: 2012-10-31}
  - {demand: japan, by_state: FR, data_located_in: JP, agreement: BUDAPEST_ETS185,
     on_day: 2012-11-01}
  - {demand: ireland, by_state: US, data_located_in: IE, agreement: BUDAPEST_ETS185,
     on_day: 2020-01-01}
  - {demand: other, by_state: US, data_located_in: DE, agreement: MLAT, on_day: 2020-01-01}
  - {demand: protocol, by_state: RS, data_located_in: JP, agreement: CETS224_2AP,
     on_day: 2025-01-01}
"""
AS_OF = date(2026, 6, 30)


def test_parties_by_day() -> None:
    given = result(FACTS, "budapest", as_of=AS_OF)
    assert outcomes(given, "25") == {
        "eve": "broken",
        "day": "holds",
        "japan-eve": "broken",
        "japan": "holds",
        "ireland": "not shown",
        "other": "not applicable",
        "protocol": "not applicable",
    }


def test_the_second_protocol_is_not_in_force() -> None:
    given = result(FACTS, "budapest", as_of=AS_OF)
    assert clause(given, "2ap").why_not_shown == ("no text in force on 2026-06-30",)
    again = result(FACTS, "budapest", as_of=AS_OF, replay=True)
    assert outcomes(again, "2ap")["protocol"] == "not shown"
