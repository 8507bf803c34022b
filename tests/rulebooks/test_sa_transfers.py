"""Saudi transfers: no list of adequate destinations was published, so that much stays open."""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_without_a_list_nothing_is_broken() -> None:
    at = "exporter_state: SA, importer_state: IN, stored_in: IN, accessed_from: IN, on_day"
    rows = {
        "before": f"{at}: 2024-09-13, mechanism: standard clauses",
        "clauses": f"{at}: 2024-09-14, mechanism: standard clauses",
        "emergency": f"{at}: 2024-09-14, mechanism: vital interests, necessary: true",
        "nothing": f"{at}: 2024-09-14, mechanism: none",
    }
    given = judged("sa-transfers", rows)
    assert outcomes(given, "29") == {
        "before": "not applicable",
        "clauses": "holds",
        "emergency": "holds",
        "nothing": "not shown",
    }
    whole = judged("sa-transfers", rows, more="complete: [agreement]")
    assert outcomes(whole, "29")["nothing"] == "broken"
