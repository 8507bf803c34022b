"""Singapore transfers: a bound recipient, consent or necessity; no list of countries."""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_the_recipient_is_bound() -> None:
    at = "exporter_state: SG, importer_state: US"
    given = judged(
        "sg-transfers",
        {
            "before": f"{at}, mechanism: none, on_day: 2014-07-01",
            "contract": f"{at}, mechanism: contract clauses, on_day: 2014-07-02",
            "certified": f"{at}, mechanism: certification, on_day: 2024-01-01",
            "consent": f"{at}, mechanism: consent, consent: true, on_day: 2024-01-01",
            "needed": f"{at}, mechanism: contract, necessary: true, on_day: 2024-01-01",
            "adequacy": f"{at}, mechanism: adequacy, on_day: 2024-01-01",
            "nothing": f"{at}, mechanism: none, on_day: 2024-01-01",
            "unsaid": f"{at}, on_day: 2024-01-01",
        },
    )
    assert outcomes(given, "26") == {
        "before": "not applicable",
        "contract": "holds",
        "certified": "holds",
        "consent": "holds",
        "needed": "holds",
        "adequacy": "broken",
        "nothing": "broken",
        "unsaid": "not shown",
    }
