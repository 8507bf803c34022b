"""Indonesian transfers: equal protection, binding protection, or consent."""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_three_grounds() -> None:
    at = "exporter_state: ID, importer_state: SG, on_day"
    given = judged(
        "id-transfers",
        {
            "before": f"{at}: 2024-10-16, mechanism: standard clauses",
            "clauses": f"{at}: 2024-10-17, mechanism: standard clauses",
            "consent": f"{at}: 2024-10-17, mechanism: consent, consent: true",
            "nothing": f"{at}: 2024-10-17, mechanism: none",
        },
    )
    assert outcomes(given, "56") == {
        "before": "not applicable",
        "clauses": "holds",
        "consent": "holds",
        "nothing": "not shown",
    }
