"""UK transfers: adequacy days of the kingdom's own, its tools, and the change of text in 2026.

Adequacy regulations for Korea took effect on 19 December 2022, the UK extension of the Data
Privacy Framework on 12 October 2023; old EU clauses served until 20 March 2024.
"""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause
from tests.rulebooks.flows import judged, outcomes

BOOK = "gb-transfers"
OLD = "mechanism: standard clauses, mechanism_version: 2010/87/EU, assessment: true"


def test_adequacy_regulations_by_day() -> None:
    at = "exporter_state: GB, mechanism: adequacy, importer_state"
    given = judged(
        BOOK,
        {
            "kr-eve": f"{at}: KR, covered_by: [GB_UKGDPR_ADEQUACY], on_day: 2022-12-18",
            "kr": f"{at}: KR, covered_by: [GB_UKGDPR_ADEQUACY], on_day: 2022-12-19",
            "us-eve": f"{at}: US, covered_by: [GB_UKGDPR_ADEQUACY], on_day: 2023-10-11",
            "us": f"{at}: US, covered_by: [GB_UKGDPR_ADEQUACY], on_day: 2023-10-12",
            "us-eu-only": f"{at}: US, covered_by: [EU_GDPR_ADEQUACY], on_day: 2023-10-12",
            "member": f"{at}: FR, on_day: 2021-01-01",
            "faroes": f"{at}: FO, on_day: 2021-01-01",
            "nobody-decided": f"{at}: IN, on_day: 2021-01-01",
        },
        as_of=date(2026, 2, 4),
    )
    assert outcomes(given, "44") == {
        "kr-eve": "broken",
        "kr": "holds",
        "us-eve": "broken",
        "us": "holds",
        "us-eu-only": "not shown",
        "member": "holds",
        "faroes": "not shown",
        "nobody-decided": "broken",
    }


def test_the_kingdoms_own_tools() -> None:
    at = "exporter_state: GB, importer_state: IN, assessment: true"
    idta = "mechanism: international data transfer agreement"
    given = judged(
        BOOK,
        {
            "idta-eve": f"{at}, {idta}, on_day: 2022-03-20",
            "idta": f"{at}, {idta}, on_day: 2022-03-21",
            "old": f"{at}, {OLD}, mechanism_on: 2022-09-21, on_day: 2024-03-20".replace(
                ", assessment: true", "", 1
            ),
            "addendum": f"{at}, mechanism: standard clauses, "
            "mechanism_version: 2021/914 with the UK Addendum, on_day: 2023-01-01",
            "eu-clauses-alone": f"{at}, mechanism: standard clauses, "
            "mechanism_version: 2021/914, on_day: 2023-01-01",
        },
        as_of=date(2026, 2, 4),
    )
    assert outcomes(given, "44") == {
        "idta-eve": "broken",
        "idta": "holds",
        "old": "holds",
        "addendum": "holds",
        "eu-clauses-alone": "not shown",
    }


def test_old_clauses_end() -> None:
    at = "exporter_state: GB, importer_state: IN"
    given = judged(
        BOOK,
        {
            "ended": f"{at}, {OLD}, mechanism_on: 2022-09-21, on_day: 2024-03-21",
            "late": f"{at}, {OLD}, mechanism_on: 2022-09-22, on_day: 2023-01-01",
        },
        as_of=date(2026, 2, 4),
    )
    assert outcomes(given, "44") == {"ended": "broken", "late": "broken"}


def test_the_text_changes_on_5_february_2026() -> None:
    rows = {
        "before": "exporter_state: GB, importer_state: IN, mechanism: none, on_day: 2026-02-04",
        "after": "exporter_state: GB, importer_state: IN, mechanism: none, on_day: 2026-02-05",
    }
    old = judged(BOOK, rows, as_of=date(2026, 2, 4))
    assert outcomes(old, "44") == {"before": "broken", "after": "broken"}
    assert clause(old, "44a").why_not_shown == ("no text in force on 2026-02-04",)
    new = judged(BOOK, rows, as_of=date(2026, 2, 5))
    assert outcomes(new, "44a") == {"before": "not applicable", "after": "broken"}
    assert clause(new, "44").why_not_shown == ("no text in force on 2026-02-05",)
