"""LinkedIn, blocked in Russia on 2016-11-17 for keeping data of citizens abroad.

A Moscow court found on 2016-08-04, upheld on 2016-11-10, that the service recorded data of Russian
citizens outside Russia (law/laws.yaml#RU-242FZ, source mondaq 552760; list RKN_VIOLATORS_REGISTER).
It read orientation at Russia from the site's language; here the record of where the data were
collected stands for that.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.judge.bench import result, verdict

LINKEDIN = """
transfer:
  - {transfer: linkedin, exporter: LinkedIn, collected_in: RU, citizens_of: RU,
     data_class: personal, recorded_in: WHERE, exemption: none, on_day: DAY}
"""


def outcome(day: str, where: str, name: str) -> str:
    facts = LINKEDIN.replace("DAY", day).replace("WHERE", where)
    given = result(facts, "ru-242fz", as_of=date.fromisoformat(day))
    return verdict(given, name, "transfer:linkedin").outcome


@pytest.mark.parametrize(
    ("day", "where", "name", "expected"),
    [
        ("2015-09-01", "US", "2015", "broken"),
        ("2016-08-04", "US", "2015", "broken"),
        ("2016-08-04", "RU", "2015", "holds"),
        ("2025-06-30", "US", "2015", "broken"),
        ("2025-07-01", "US", "2025", "broken"),
        ("2025-07-01", "RU", "2025", "holds"),
    ],
)
def test_recorded_abroad(day: str, where: str, name: str, expected: str) -> None:
    assert outcome(day, where, name) == expected


def test_the_day_before_the_law() -> None:
    facts = LINKEDIN.replace("DAY", "2015-08-31").replace("WHERE", "US")
    given = result(facts, "ru-242fz", as_of=date(2015, 9, 1))
    assert verdict(given, "2015", "transfer:linkedin").outcome == "not applicable"
