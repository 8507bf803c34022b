"""India's negative list: empty, and not yet in force; no case is decided under it."""

from __future__ import annotations

from datetime import date

from tests.judge.bench import clause, result, verdict

EXPORT = """
transfer:
  - {transfer: export, collected_in: IN, importer_state: US, data_class: personal, on_day: DAY}
"""


def test_no_text_is_in_force_the_day_before() -> None:
    given = result(EXPORT.replace("DAY", "2027-05-12"), "in-dpdp-16", as_of=date(2027, 5, 12))
    assert clause(given, "16").outcome == "not applicable"


def test_from_its_day_a_transfer_to_a_country_that_is_not_restricted_holds() -> None:
    given = result(EXPORT.replace("DAY", "2027-05-13"), "in-dpdp-16", as_of=date(2027, 5, 13))
    assert verdict(given, "16", "transfer:export").outcome == "holds"
    assert clause(given, "rule-13").outcome == "not shown"
