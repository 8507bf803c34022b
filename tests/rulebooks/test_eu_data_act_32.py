"""The Data Act on foreign orders for non-personal data: an agreement, or a court that weighs."""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause, result
from tests.rulebooks.flows import outcomes

FACTS = """
demand:
  - {demand: before, by_state: US, data_located_in: IE, addressed_to: company, data_class: none,
     bound_by: [DATA_ACT], agreement: none, reasoned: false, answered: true, on_day: 2025-09-11}
  - {demand: bare, by_state: US, data_located_in: IE, addressed_to: company, data_class: none,
     bound_by: [DATA_ACT], agreement: none, reasoned: false, answered: true, on_day: 2025-09-12}
  - {demand: weighed, by_state: US, data_located_in: IE, addressed_to: company, data_class: none,
     bound_by: [DATA_ACT], agreement: none, reasoned: true, specific: true, reviewable: true,
     answered: true, on_day: 2025-09-12}
  - {demand: treaty, by_state: US, data_located_in: IE, addressed_to: company, data_class: none,
     bound_by: [DATA_ACT], agreement: MLAT, answered: true, on_day: 2025-09-12}
  - {demand: refused, by_state: CN, data_located_in: IE, addressed_to: company, data_class: none,
     bound_by: [DATA_ACT], answered: false, on_day: 2025-09-12}
  - {demand: personal, by_state: US, data_located_in: IE, addressed_to: company,
     data_class: personal, bound_by: [DATA_ACT], agreement: none, answered: true,
     on_day: 2025-09-12}
  - {demand: elsewhere, by_state: US, data_located_in: US, addressed_to: company,
     data_class: none, bound_by: [DATA_ACT], agreement: none, answered: true, on_day: 2025-09-12}
  - {demand: member, by_state: FR, data_located_in: IE, addressed_to: company, data_class: none,
     bound_by: [DATA_ACT], agreement: none, reasoned: false, answered: true, on_day: 2025-09-12}
"""


def test_foreign_orders() -> None:
    given = result(FACTS, "eu-data-act-32", as_of=date(2026, 6, 30))
    assert outcomes(given, "32.2") == {
        "before": "not applicable",
        "bare": "broken",
        "weighed": "holds",
        "treaty": "holds",
        "refused": "holds",
        "personal": "not applicable",
        "elsewhere": "not applicable",
        "member": "not applicable",
    }
    assert clause(given, "32.1").outcome == "not shown"
