"""Vietnamese transfers: the assessment is filed within 60 days from the first transfer."""

from __future__ import annotations

from tests.rulebooks.flows import judged, outcomes


def test_filed_within_60_days() -> None:
    at = "exporter_state: VN, importer_state: SG, first_on: 2026-01-01, on_day: 2026-02-01"
    given = judged(
        "vn-transfers",
        {
            "last-day": f"{at}, filed_on: 2026-03-02",
            "late": f"{at}, filed_on: 2026-03-03, exemption: none",
            "never": f"{at}, filed: false, exemption: none",
            "unsaid": f"{at}",
            "staff": f"{at}, filed: false, exemption: employee data in the cloud",
            "before": "exporter_state: VN, importer_state: SG, on_day: 2025-12-31, "
            "filed_on: 2026-12-31, exemption: none",
        },
    )
    assert outcomes(given, "tia") == {
        "last-day": "holds",
        "late": "broken",
        "never": "broken",
        "unsaid": "not shown",
        "staff": "holds",
        "before": "not applicable",
    }
