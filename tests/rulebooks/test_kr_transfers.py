"""Korean transfers: storage and access abroad count, and the list of countries is not whole."""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_storage_and_access_abroad_count() -> None:
    home = "importer_state: KR, accessed_from: KR"
    given = judged(
        "kr-transfers",
        {
            "before": f"exporter_state: KR, {home}, stored_in: US, consent: true, "
            "on_day: 2023-09-14",
            "stored": f"exporter_state: KR, {home}, stored_in: US, consent: true, "
            "on_day: 2023-09-15",
            "at-home": f"exporter_state: KR, {home}, stored_in: KR, on_day: 2023-09-15",
            "certified": "exporter_state: KR, importer_state: US, mechanism: certification, "
            "approved: true, on_day: 2024-01-01",
            "entrusted": "exporter_state: KR, importer_state: US, mechanism: contract, "
            "necessary: true, on_day: 2024-01-01",
            "nothing": "exporter_state: KR, importer_state: US, mechanism: none, "
            "stored_in: US, accessed_from: US, on_day: 2024-01-01",
        },
    )
    assert outcomes(given, "28-8") == {
        "before": "not applicable",
        "stored": "holds",
        "at-home": "not applicable",
        "certified": "holds",
        "entrusted": "holds",
        "nothing": "not shown",
    }


def test_nothing_is_broken_where_the_agreements_are_all_there_are() -> None:
    row = (
        "exporter_state: KR, importer_state: US, stored_in: US, accessed_from: US, "
        "mechanism: none, on_day: 2024-01-01"
    )
    given = judged("kr-transfers", {"nothing": row}, more="complete: [agreement]")
    assert outcomes(given, "28-8") == {"nothing": "broken"}
