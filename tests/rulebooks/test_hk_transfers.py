"""Hong Kong section 33: enacted and never in operation, so that no day has a text in force."""

from __future__ import annotations

from tests.judge.bench import clause
from tests.rulebooks.flows import judged, outcomes

ROWS = {
    "nothing": "exporter_state: HK, importer_state: US, mechanism: none, on_day: 2024-01-01",
    "consent": "exporter_state: HK, importer_state: US, consent: true, on_day: 2024-01-01",
}


def test_no_text_in_force() -> None:
    given = judged("hk-transfers", ROWS)
    assert given.verdicts == ()
    assert clause(given, "33").outcome == "not applicable"
    assert clause(given, "33").why_not_shown == ("no text in force on 2026-06-30",)


def test_replayed_it_is_labelled() -> None:
    given = judged("hk-transfers", ROWS, replay=True)
    assert outcomes(given, "33") == {"nothing": "not shown", "consent": "holds"}
    assert {v.replay for v in given.verdicts if v.outcome == "holds"} == {True}
