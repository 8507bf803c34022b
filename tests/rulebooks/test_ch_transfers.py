"""Swiss disclosures abroad: the list of the Federal Council, day by day.

The United States came onto the list on 15 September 2024, for certified organisations only.
"""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_the_federal_councils_list() -> None:
    at = "exporter_state: CH, importer_state"
    covered = "covered_by: [CH_FADP_ADEQUACY]"
    given = judged(
        "ch-transfers",
        {
            "before-the-act": f"{at}: IN, mechanism: standard clauses, on_day: 2023-08-31",
            "member": f"{at}: DE, on_day: 2023-09-01",
            "monaco": f"{at}: MC, on_day: 2023-09-01",
            "canada": f"{at}: CA, mechanism: adequacy, on_day: 2023-09-01",
            "us-eve": f"{at}: US, mechanism: adequacy, {covered}, on_day: 2024-09-14",
            "us": f"{at}: US, mechanism: adequacy, {covered}, on_day: 2024-09-15",
            "us-uncertified": f"{at}: US, mechanism: adequacy, on_day: 2024-09-15",
            "japan": f"{at}: JP, mechanism: adequacy, on_day: 2024-09-15",
            "clauses": f"{at}: IN, mechanism: standard clauses, on_day: 2024-09-15",
            "nothing": f"{at}: IN, mechanism: none, on_day: 2024-09-15",
        },
    )
    assert outcomes(given, "16") == {
        "before-the-act": "not applicable",
        "member": "holds",
        "monaco": "holds",
        "canada": "not shown",
        "us-eve": "broken",
        "us": "holds",
        "us-uncertified": "not shown",
        "japan": "broken",
        "clauses": "holds",
        "nothing": "broken",
    }
