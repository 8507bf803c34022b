"""Rulebooks side by side: a name, a treaty and plain conduct are planted, and each is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.judge import compare, rulebook
from evenhand.limits import Limits
from tests.judge import bench

BOOK = """
id: {id}
version: "1"
title: {id}
binding: true
clauses:
"""
CLAUSE = """
  - {{id: {id}, title: T, says: S., addressee: provider, cites: law/x, since: {since},
     checks: [{{use: {check}, with: {{{parameters}}}}}]}}
"""
SUPPLIER = "supply/supplier_is_not_barred"
DEMAND = "access/permitted_by_the_state_where_data_are"
TOLD = "vulnerability/users_are_told_in_time"
AGREEMENTS = "agreements: [direct access]"
PLANTED = """
party:
  - {party: Birch, role: equipment vendor, product: r, home_state: XB, parent_state: XB,
     on_day: 2025-06-01}
designation:
  - {list: L, issuer_state: XC, entity: Birch, listed_on: 2024-01-01}
agreement:
  - {agreement: AB, type: direct access, state_a: XA, state_b: XB, in_force_from: 2024-01-01}
  - {agreement: AC, type: direct access, state_a: XA, state_b: XC, in_force_from: 2024-01-01}
demand:
  - {demand: treaty, by_state: XA, addressed_to: company, data_located_in: XC,
     purpose: law enforcement, asks_for: access, on_day: 2025-06-01}
  - {demand: conduct, by_state: XB, addressed_to: company, data_located_in: DE, permitted: false,
     purpose: law enforcement, asks_for: access, on_day: 2025-06-01}
complete: [designation]
"""


Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a rulebook of (clause, check, parameters, since) and gives its path."""

    def make(name: str, *clauses: tuple[str, str, str, str]) -> str:
        text = BOOK.format(id=name) + "".join(
            CLAUSE.format(id=c, check=check, parameters=given, since=since)
            for c, check, given, since in clauses
        )
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return str(tmp_path / f"{name}.yaml")

    return make


def compared(
    facts: str, *books: str, folder: Path, swap: tuple[str, str] | None = None
) -> compare.Comparison:
    """Rulebooks side by side over a facts file, given as text."""
    (folder / "facts.yaml").write_text(bench.TERRITORIES + facts, encoding="utf-8")
    read, mistakes = pipeline.read([str(folder / "facts.yaml")], Limits(), 1, lambda name: None)
    assert mistakes == []
    return compare.compare(read, rulebook.load_all(list(books)), bench.AS_OF, swap=swap)


def why(given: compare.Comparison, subject: str) -> str:
    """Why the rulebooks differ about a subject."""
    (one,) = [s for s in given.subjects if s.subject == subject]
    return "\n".join(one.why)


def test_a_name_a_treaty_and_conduct_are_each_seen_by_the_swap(
    write: Write, tmp_path: Path
) -> None:
    roles = "roles: [equipment vendor], lists: [L]"
    names = write("names", ("1", SUPPLIER, roles, "2020-01-01"))
    acts = write("acts", ("1", DEMAND, "permission: [direct access]", "2020-01-01"))
    given = compared(PLANTED, names, acts, folder=tmp_path, swap=("XA", "XB"))
    verdicts = {v.subject: (v.outcome, v.rests_on) for v in given.result.verdicts}
    assert verdicts == {
        "party:Birch/equipment vendor/r": ("broken", "origin"),
        "demand:treaty": ("holds", "legal status"),
        "demand:conduct": ("broken", "conduct"),
    }
    assert given.roots["names"] == {"origin": 1}
    assert given.roots["acts"] == {"legal status": 1, "conduct": 1}
    text = compare.render(given, "text").splitlines()
    (head,) = [n for n, line in enumerate(text) if line.startswith("What verdicts rest on, XA and")]
    assert text[head].endswith("  conduct  legal status  origin  neither state in it")
    assert text[head + 1].split() == ["names", "0", "0", "1", "0"]
    assert text[head + 2].split() == ["acts", "1", "1", "0", "0"]
    told = json.loads(compare.render(given, "json"))
    assert told["rests_on"]["acts"] == {
        "conduct": 1, "legal status": 1, "origin": 0, "neither state in it": 0,
    }  # fmt: skip


def test_a_list_that_differs_is_named_with_the_condition(write: Write, tmp_path: Path) -> None:
    one = write("one", ("1", SUPPLIER, "roles: [equipment vendor], states: [XB]", "2020-01-01"))
    two = write("two", ("1", SUPPLIER, "roles: [equipment vendor], states: [XC]", "2020-01-01"))
    said = why(compared(PLANTED, one, two, folder=tmp_path), "party:Birch/equipment vendor/r")
    assert "one 1 and two 1 ask the same (supply/supplier_is_not_barred), but:" in said
    assert "list states (states, or groups of states, whose suppliers the line bars): " in said
    assert "one 1 gives XB, two 1 XC" in said
    assert "is a state whose suppliers the line bars: yes under one 1, no under two 1" in said
    assert "scope" not in said and "date" not in said


def test_a_scope_that_differs_is_named(write: Write, tmp_path: Path) -> None:
    one = write("one", ("1", SUPPLIER, "roles: [equipment vendor], states: [XB]", "2020-01-01"))
    two = write("two", ("1", SUPPLIER, "roles: [carrier], states: [XB]", "2020-01-01"))
    said = why(compared(PLANTED, one, two, folder=tmp_path), "party:Birch/equipment vendor/r")
    assert "list roles" in said
    assert "scope: the party has a role that the line is about: yes under one 1, no under" in said


def test_a_number_that_differs_is_a_parameter(write: Write, tmp_path: Path) -> None:
    facts = """
vulnerability:
  - {product: p, vulnerability: V, serious: true, known_on: 2025-02-01, notified_on: 2025-02-05}
"""
    one = write("one", ("1", TOLD, "clock_days: 3", "2020-01-01"))
    two = write("two", ("1", TOLD, "clock_days: 10", "2020-01-01"))
    said = why(compared(facts, one, two, folder=tmp_path), "vulnerability:p/V")
    assert "parameter clock_days" in said
    assert "one 1 gives 3, two 1 10" in said


def test_a_date_that_differs_is_named(write: Write, tmp_path: Path) -> None:
    one = write("one", ("1", DEMAND, "permission: [direct access]", "2020-01-01"))
    two = write("two", ("1", DEMAND, "permission: [direct access]", "2025-07-01"))
    said = why(compared(PLANTED, one, two, folder=tmp_path), "demand:conduct")
    assert "date: one 1 counts from 2020-01-01 and two 1 counts from 2025-07-01; " in said
    assert said.endswith("the event is of 2025-06-01")


def test_other_questions_are_told_as_such(write: Write, tmp_path: Path) -> None:
    one = write("one", ("1", DEMAND, "permission: [direct access]", "2020-01-01"))
    two = write("two", ("1", "access/third_states_are_left_out", AGREEMENTS, "2020-01-01"))
    given = compared(PLANTED, one, two, folder=tmp_path)
    said = why(given, "demand:conduct")
    assert said.startswith("they ask different things:")
    assert "two 1: An agreement between two states is not used to reach data in a third" in said


def test_alike_and_alone_are_no_difference(write: Write, tmp_path: Path) -> None:
    clause = ("1", DEMAND, "permission: [direct access]", "2020-01-01")
    one, two = write("one", clause), write("two", clause)
    lone = write("lone", ("1", SUPPLIER, "roles: [equipment vendor], lists: [L]", "2020-01-01"))
    given = compared(PLANTED, one, two, lone, folder=tmp_path)
    kinds = {s.subject: s.kind for s in given.subjects}
    assert kinds == {
        "demand:conduct": compare.ALIKE,
        "demand:treaty": compare.ALIKE,
        "party:Birch/equipment vendor/r": compare.ALONE,
    }
    text = compare.render(given, "text")
    assert "Judged differently: 0. Judged alike: 2. Asked about by one rulebook alone: 1." in text
    assert "why" not in text
    assert "What the verdicts rest on is told with --swap AA:BB." in text


def test_a_text_not_in_force_is_no_silence(write: Write, tmp_path: Path) -> None:
    one = write("one", ("1", DEMAND, "permission: [direct access]", "2020-01-01"))
    later = write("later", ("1", DEMAND, "permission: [direct access]", "2030-01-01"))
    text = compare.render(compared(PLANTED, one, later, folder=tmp_path), "text")
    assert f"later: no text in force on {date(2026, 1, 1)}." in text


def test_subjects_that_are_told_alike_are_told_once(write: Write, tmp_path: Path) -> None:
    rows = "".join(
        f"  - {{demand: d{n}, by_state: XB, addressed_to: company, data_located_in: XC, "
        f"permitted: false, asks_for: access, on_day: 2025-06-01}}\n"
        for n in range(9)
    )
    one = write("one", ("1", DEMAND, "permission: [direct access]", "2020-01-01"))
    text = compare.render(compared(f"demand:\n{rows}", one, folder=tmp_path), "text")
    assert "demand:d0; demand:d1; demand:d2 and 6 more" in text
    assert text.count("one 1: ") == 1
