"""The two days of China's vulnerability provisions, on a case that was punished.

Alibaba Cloud told the Apache foundation of Log4Shell (CVE-2021-44228) on 2021-11-24; the ministry
learned of it from somebody else, and in December 2021 suspended its work with the company for six
months (https://www.cybersecurity-help.cz/blog/2490.html, a source of law/laws.yaml#CN-RMSV-7). The
company was the finder, not the provider, of the product: Art. 7 does not bind finders, and Art. 9
lets the provider be told. So no clause is broken here. Our outcome departs from the ministry's,
which rested on the company's place in its platform; that duty is not in this rulebook.
"""

from __future__ import annotations

import pytest

from tests.judge.bench import clause, result, verdict

PARTY = """
party:
  - {party: Maker, role: provider, product: Router, serves: CN}
"""


def test_log4shell_told_to_its_provider_alone_breaks_nothing() -> None:
    facts = """
vulnerability:
  - {product: Log4j, vulnerability: CVE-2021-44228, serious: true, finder_state: CN,
     told_to: provider, told_state: US, told_on: 2021-11-24,
     published_on: 2021-12-09, remedy_on: 2021-12-06}
"""
    given = result(facts, "cn-rmsv")
    subject = "vulnerability:Log4j/CVE-2021-44228"
    assert verdict(given, "9-abroad", subject).outcome == "holds"
    assert verdict(given, "9-publish", subject).outcome == "holds"
    assert verdict(given, "7-report", subject).outcome == "not shown"
    assert clause(given, "7-report").outcome != "broken"


@pytest.mark.parametrize(
    ("known", "reported", "outcome"),
    [
        ("2021-09-01", "2021-09-02", "holds"),
        ("2021-09-01", "2021-09-03", "not shown"),
        ("2021-09-01", "2021-09-04", "broken"),
        ("2021-08-31", "2021-09-04", "not applicable"),
    ],
)
def test_two_days_from_the_first_day_of_the_provisions(
    known: str, reported: str, outcome: str
) -> None:
    facts = f"""
vulnerability:
  - {{product: Router, vulnerability: V1, known_on: {known}, reported_on: {reported}}}
"""
    given = result(PARTY + facts, "cn-rmsv")
    assert verdict(given, "7-report", "vulnerability:Router/V1").outcome == outcome
