"""Brazilian transfers: mutual adequacy with the EU from 26 January 2026; clauses of 2024."""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_adequacy_and_clauses_by_day() -> None:
    at = "exporter_state: BR, importer_state"
    clauses = "mechanism: standard clauses, mechanism_version"
    given = judged(
        "br-transfers",
        {
            "eve": f"{at}: PT, mechanism: adequacy, on_day: 2026-01-25",
            "adequate": f"{at}: PT, mechanism: adequacy, on_day: 2026-01-26",
            "iceland": f"{at}: IS, mechanism: adequacy, on_day: 2026-01-26",
            "own-clauses": f"{at}: IN, {clauses}: 2021/914, on_day: 2025-08-22",
            "own-clauses-late": f"{at}: IN, {clauses}: 2021/914, on_day: 2025-08-23",
            "anpd-clauses": f"{at}: IN, {clauses}: Resolution 19/2024, on_day: 2025-08-23",
            "direct": f"{at}: US, sent_by_person: true, mechanism: none, on_day: 2025-01-01",
            "nothing": f"{at}: IN, mechanism: none, on_day: 2025-01-01",
        },
    )
    assert outcomes(given, "33") == {
        "eve": "broken",
        "adequate": "holds",
        "iceland": "not shown",
        "own-clauses": "holds",
        "own-clauses-late": "broken",
        "anpd-clauses": "holds",
        "direct": "not applicable",
        "nothing": "broken",
    }


def test_people_are_told() -> None:
    at = "exporter_state: BR, importer_state: IN, exporter_role: controller, on_day: 2025-01-01"
    given = judged(
        "br-transfers", {"told": f"{at}, informed: true", "not": f"{at}, informed: false"}
    )
    assert outcomes(given, "33-told") == {"told": "holds", "not": "broken"}
