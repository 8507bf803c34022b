"""Japanese transfers to third parties abroad: consent, equivalent measures, designation.

The designations of the EU and the United Kingdom are in our list from memory: nothing rests on
them alone, which is where we depart from practice.
"""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_grounds() -> None:
    at = "exporter_state: JP, on_day: 2024-04-01, importer_state"
    given = judged(
        "jp-transfers",
        {
            "before": "exporter_state: JP, on_day: 2022-03-31, importer_state: IN, consent: true",
            "designated": f"{at}: IE, mechanism: adequacy",
            "consent": f"{at}: IN, mechanism: consent, consent: true",
            "no-consent": f"{at}: IN, mechanism: consent, consent: false",
            "measures": f"{at}: IN, mechanism: equivalent measures",
            "measures-fail": f"{at}: IN, mechanism: equivalent measures, protection_upheld: false",
            "clauses": f"{at}: IN, mechanism: standard clauses, mechanism_version: 2021/914",
            "nothing": f"{at}: US, mechanism: none",
            "iceland": f"{at}: IS, mechanism: adequacy",
        },
    )
    assert outcomes(given, "28") == {
        "before": "not applicable",
        "designated": "not shown",
        "consent": "holds",
        "no-consent": "broken",
        "measures": "holds",
        "measures-fail": "broken",
        "clauses": "not shown",
        "nothing": "broken",
        "iceland": "not shown",
    }
