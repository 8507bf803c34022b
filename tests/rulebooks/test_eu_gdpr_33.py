"""Notices of personal-data breaches: 72 hours, reasons for a later one.

Booking.com (Dutch AP, December 2020, published 31 March 2021) was fined because it learned of a
breach on 13 January 2019 and reported it on 7 February 2019: 25 days, 22 of them too late.
We record what the authority
decided as a notice without good reasons, since the delay was held to be excused by none.
"""

from __future__ import annotations

from datetime import date

from tests.judge.bench import result
from tests.rulebooks.flows import outcomes

BREACH = "about: personal data breach, stage: notification, told_to: authority"
FACTS = f"""
notice:
  - {{notice: booking, {BREACH}, owed_in: NL, clock_on: 2019-01-13, given_on: 2019-02-07,
     reasons_given: false, grade: found}}
  - {{notice: with-reasons, {BREACH}, owed_in: NL, clock_on: 2019-01-13, given_on: 2019-02-07,
     reasons_given: true}}
  - {{notice: before, {BREACH}, owed_in: NL, clock_on: 2018-05-24, given_on: 2018-06-24,
     reasons_given: false}}
  - {{notice: no-risk, about: personal data breach without risk, stage: notification,
     told_to: authority, owed_in: NL, clock_on: 2019-01-13, given: false}}
"""


def test_72_hours() -> None:
    given = result(FACTS, "eu-gdpr-33", as_of=date(2026, 6, 30))
    assert outcomes(given, "33.1") == {
        "booking": "broken",
        "with-reasons": "not shown",
        "before": "not applicable",
        "no-risk": "not applicable",
    }
