"""Days of the FCC's Covered List and of section 889, and of the bans that hang on them.

Huawei and ZTE were listed on 2021-03-12, the first carriers on 2022-03-25; new authorisations
ended on 2023-02-06; section 889 bound federal buyers from 2019-08-13 and their contractors from
2020-08-13 (law/laws.yaml#US-FCC-COVERED, #US-NDAA-889, list `designation`). Every verdict rests on
a name alone, and the swap says so.
"""

from __future__ import annotations

from datetime import date

import pytest

from evenhand.judge.result import Result, Verdict
from tests.judge.bench import clause, result

HUAWEI, ZTE = "Huawei Technologies Company", "ZTE Corporation"
HYTERA, DAHUA = "Hytera Communications Corporation", "Dahua Technology Company"
TELECOM, MOBILE = "China Telecom (Americas) Corp.", "China Mobile International USA Inc."
SUBSIDY, GRANT = "federal subsidy", "equipment authorisation"
POLICE = "equipment authorisation for public safety"
BUYS, USES = "federal procurement", "use by a federal contractor"
# name, role, use, day, clause, outcome
COVERED = [
    (HUAWEI, "equipment vendor", SUBSIDY, "2021-03-11", "subsidy-equipment", "not applicable"),
    (HUAWEI, "equipment vendor", SUBSIDY, "2021-03-12", "subsidy-equipment", "broken"),
    (ZTE, "equipment vendor", SUBSIDY, "2021-03-11", "subsidy-equipment", "not applicable"),
    (ZTE, "equipment vendor", SUBSIDY, "2021-03-12", "subsidy-equipment", "broken"),
    ("Nokia", "equipment vendor", SUBSIDY, "2021-03-12", "subsidy-equipment", "holds"),
    (TELECOM, "carrier", SUBSIDY, "2022-03-24", "subsidy-carriage", "not applicable"),
    (TELECOM, "carrier", SUBSIDY, "2022-03-25", "subsidy-carriage", "broken"),
    (ZTE, "equipment vendor", GRANT, "2023-02-05", "authorisation", "not applicable"),
    (ZTE, "equipment vendor", GRANT, "2023-02-06", "authorisation", "broken"),
    (ZTE, "equipment vendor", "office", "2023-02-06", "authorisation", "not applicable"),
    # another legal form is only near the listed name
    ("ZTE Holdings Ltd", "equipment vendor", GRANT, "2023-02-06", "authorisation", "not shown"),
    # listed for some uses only
    (DAHUA, "equipment vendor", GRANT, "2023-02-06", "authorisation", "not shown"),
    (DAHUA, "equipment vendor", POLICE, "2023-02-06", "authorisation", "broken"),
    # listed for its carriage, not for equipment
    (MOBILE, "equipment vendor", GRANT, "2023-02-06", "authorisation", "holds"),
]  # fmt: skip
BARRED = [
    (HUAWEI, "equipment vendor", BUYS, "2019-08-12", "part-a", "not applicable"),
    (HUAWEI, "equipment vendor", BUYS, "2019-08-13", "part-a", "broken"),
    (ZTE, "equipment vendor", USES, "2020-08-12", "part-b", "not applicable"),
    (ZTE, "equipment vendor", USES, "2020-08-13", "part-b", "broken"),
    (ZTE, "equipment vendor", "home", "2020-08-13", "part-b", "not applicable"),
    (HYTERA, "equipment vendor", BUYS, "2019-08-13", "part-a", "not shown"),
    (HYTERA, "equipment vendor", f"{BUYS} for public safety", "2019-08-13", "part-a", "broken"),
]


@pytest.fixture(scope="module")
def judged() -> Result:
    """All rows judged at once; each has a product of its own to be told by."""
    rows = "".join(
        f'  - {{party: "{name}", role: {role}, product: P{number}, serves: US, use: {use}, '
        f"home_state: CN, parent_state: CN, on_day: {day}}}\n"
        for number, (name, role, use, day, _, _) in enumerate(COVERED + BARRED)
    )
    books = ("us-covered-list", "us-ndaa-889")
    return result("party:\n" + rows, *books, as_of=date(2026, 11, 21), swap=("CN", "SE"))


def of(judged: Result, number: int) -> Verdict:
    """The verdict on one row under the clause that it is about."""
    wanted = (COVERED + BARRED)[number][4]
    (one,) = [
        v for v in judged.verdicts if v.clause == wanted and f"/P{number}/" in v.subject + "/"
    ]
    return one


@pytest.mark.parametrize("number", range(len(COVERED + BARRED)))
def test_the_day_before_and_the_day_of_each_list(judged: Result, number: int) -> None:
    assert of(judged, number).outcome == (COVERED + BARRED)[number][5]


def test_a_list_of_names_rests_on_origin(judged: Result) -> None:
    broken = [n for n in range(len(COVERED + BARRED)) if of(judged, n).outcome == "broken"]
    assert {of(judged, n).rests_on for n in broken} == {"origin"}


def test_place_of_production_is_not_decided(judged: Result) -> None:
    assert clause(judged, "produced-abroad").outcome == "not shown"
