"""What a verdict rests on: a vendor matched by name, a treaty, and plain conduct, each planted."""

from __future__ import annotations

from pathlib import Path

from evenhand.judge import check, counterfactual
from evenhand.judge.run import Row
from tests.judge.bench import result, verdict
from tests.judge.test_judge import demand

ORIGIN = """
id: list
version: "1"
title: A list
binding: false
clauses:
  - {id: home, title: By home, says: No vendor of a barred home., addressee: buyer, cites: law/x,
     checks: [{use: supply/supplier_is_not_barred,
     with: {roles: [equipment vendor], states: [XB]}}]}
  - {id: name, title: By name, says: No vendor on the list., addressee: buyer, cites: law/x,
     checks: [{use: supply/supplier_is_not_barred,
     with: {roles: [equipment vendor], lists: [L]}}]}
"""
PARTIES = """
party:
  - {party: Alder, role: equipment vendor, product: r, home_state: XA,
     parent_state: XA, on_day: 2025-01-01}
  - {party: Birch, role: equipment vendor, product: r, home_state: XB,
     parent_state: XB, on_day: 2025-01-01}
designation:
  - {list: L, issuer_state: XC, entity: Birch, listed_on: 2024-01-01}
complete: [designation]
"""


def roots(facts: str, *books: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    """(clause, subject) → (outcome, root), XA and XB exchanged."""
    got = result(facts, *books, swap=("XA", "XB"))
    return {(v.clause, v.subject): (v.outcome, v.rests_on) for v in got.verdicts}


def test_home_and_name_rest_on_origin(tmp_path: Path) -> None:
    path = tmp_path / "rulebook.yaml"
    path.write_text(ORIGIN)
    found = roots(PARTIES, str(path))
    barred = {k: v for k, v in found.items() if v[0] == "broken"}
    assert {k[0] for k in barred} == {"home", "name"}
    assert all("Birch" in k[1] for k in barred)
    assert {v[1] for v in barred.values()} == {"origin"}
    passed = [v for k, v in found.items() if k[0] == "home" and "Alder" in k[1]]
    assert passed == [("holds", "origin")]


def test_a_treaty_is_legal_status() -> None:
    agreement = """
agreement:
  - {agreement: AB, type: direct access, state_a: XA, state_b: XB, in_force_from: 2024-01-01}
  - {agreement: AC, type: direct access, state_a: XA, state_b: XC, in_force_from: 2024-01-01}
"""
    facts = demand().replace("data_located_in: XB", "data_located_in: XC") + agreement
    found = roots(facts)
    assert found["5a", "demand:d1"] == ("holds", "legal status")


def test_plain_conduct_is_conduct() -> None:
    assert roots(demand())["5a", "demand:d1"] == ("broken", "conduct")


def test_no_root_where_neither_state_is_involved() -> None:
    got = result(demand(by="XC"), swap=("XA", "XD"))
    assert verdict(got, "5a", "demand:d1").rests_on is None


def test_without_a_swap_nothing_is_said_of_roots() -> None:
    assert verdict(result(demand()), "5a", "demand:d1").rests_on is None


def test_the_smallest_change_that_flips() -> None:
    one = check.load("access/permitted_by_the_state_where_data_are")
    conditions = dict.fromkeys(one.conditions, True) | {"permitted": False}
    row = Row("demand:d1", None, None, conditions, "broken")
    found = dict(counterfactual.flips(one, row))
    assert found["holds"] == {"permitted": True}
    assert all(len(change) == 1 for change in found.values())
