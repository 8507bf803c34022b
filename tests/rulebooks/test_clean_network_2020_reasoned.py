"""The Clean Network as applied and as reasoned: one asks where a supplier comes from, the other
what the law of its home can compel.

No court or authority decided a case under either reading. The facts about law are those of
law/mandated_access.yaml: the law of 2017 that was given as the reason applies from 2017-06-28, and
its reach abroad (in part) and its secrecy (not seen) leave the reasoned reading *not shown*.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.judge.bench import result, verdict

BOTH = ("clean-network-2020", "clean-network-2020-reasoned")
DAY = date(2021, 1, 1)


def facts(home: str, law: str = "", day: str = "2021-01-01") -> str:
    return f"""
party:
  - {{party: Alder, role: carrier, serves: US, home_state: {home}, parent_state: {home},
     on_day: {day}}}
{law}"""


# rows of the list that would speak of the same home; rows with their keys stand in for them
LISTED = {"CN": ["CN-NIL-7-ACCESS", "CN-CSL-28"]}


def law(state: str, court: str = "false") -> str:
    rows = "".join(row(state, court, key) for key in LISTED.get(state, ["T1"]))
    return f"\nmandated_access:{rows}\ncomplete: [mandated_access]\n"


def row(state: str, court: str, key: str) -> str:
    return f"""
  - {{mandate: {key}, by_state: {state}, bound_roles: [any], duty: true, reach_abroad: true,
     secrecy: true, court: {court}, in_force_from: 2017-06-28}}"""


def outcomes(text: str, swap: tuple[str, str] | None = None) -> dict[str, tuple[str, str | None]]:
    given = result(text, *BOTH, as_of=DAY, swap=swap)
    mine = [v for v in given.verdicts if v.clause == "carrier"]
    return {v.rulebook: (v.outcome, v.rests_on) for v in mine}


@pytest.mark.parametrize("home", ["CN", "FR", "XB"])
def test_any_home_with_the_same_facts_comes_out_the_same(home: str) -> None:
    assert outcomes(facts(home, law(home)))[BOTH[1]] == ("broken", None)
    assert outcomes(facts(home, law(home, "true")))[BOTH[1]] == ("holds", None)


def test_as_applied_is_narrower_and_wider_than_its_reason() -> None:
    narrower = outcomes(facts("FR", law("FR")))
    assert [narrower[b][0] for b in BOTH] == ["holds", "broken"]
    wider = outcomes(facts("CN", law("CN", "true")))
    assert [wider[b][0] for b in BOTH] == ["broken", "holds"]


def test_what_each_reading_rests_on() -> None:
    found = outcomes(facts("CN", law("CN")), swap=("CN", "FR"))
    assert found[BOTH[0]] == ("broken", "origin")
    # homes are exchanged first, and the law is found through the home
    assert found[BOTH[1]] == ("broken", "origin")


def test_homes_and_laws_renamed_together_change_nothing_as_reasoned() -> None:
    as_applied, as_reasoned = (
        {outcomes(facts(home, law(home)))[book][0] for home in ("CN", "XB")} for book in BOTH
    )
    assert as_applied == {"broken", "holds"}
    assert as_reasoned == {"broken"}


@pytest.mark.parametrize("home", ["AU", "CN", "FR", "GB", "IN", "US"])
def test_the_list_alone_shows_the_four_facts_of_nobody(home: str) -> None:
    given = result(facts(home), BOTH[1], as_of=DAY)
    one = verdict(given, "carrier", "party:Alder/carrier//US")
    assert one.outcome == "not shown"


def test_the_verdict_says_which_of_the_four_is_missing() -> None:
    given = result(facts("CN"), BOTH[1], as_of=DAY)
    one = verdict(given, "carrier", "party:Alder/carrier//US")
    assert "reaches data or access abroad" in one.because
    assert any(law.startswith("mandated_access/list/") for law in one.law)


def test_the_day_before_the_law() -> None:
    eve = facts("FR", law("FR"), "2017-06-27")
    assert outcomes(eve)[BOTH[1]][0] == "holds"  # all laws are on record, and none is in force
    assert outcomes(facts("FR", law("FR"), "2017-06-28"))[BOTH[1]][0] == "broken"
