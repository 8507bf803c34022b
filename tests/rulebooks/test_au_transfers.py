"""Australian disclosures overseas: reasonable steps, or what frees from them."""

from __future__ import annotations

from tests.judge.bench import clause
from tests.rulebooks.flows import judged, outcomes


def test_reasonable_steps() -> None:
    at = "exporter_state: AU, importer_state: US, on_day"
    given = judged(
        "au-transfers",
        {
            "before": f"{at}: 2014-03-11, mechanism: none",
            "nothing": f"{at}: 2014-03-12, mechanism: none",
            "steps": f"{at}: 2024-01-01, mechanism: reasonable steps",
            "steps-failed": f"{at}: 2024-01-01, mechanism: reasonable steps, "
            "protection_upheld: false",
            "consent": f"{at}: 2024-01-01, mechanism: consent, consent: true",
            "unsaid": f"{at}: 2024-01-01",
        },
    )
    assert outcomes(given, "8") == {
        "before": "not applicable",
        "nothing": "broken",
        "steps": "holds",
        "steps-failed": "broken",
        "consent": "holds",
        "unsaid": "not shown",
    }
    assert clause(given, "16c").outcome == "not shown"
