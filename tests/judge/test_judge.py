"""The judge: outcomes, weak facts, days, attribution, roll-up, evidence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.judge import judge, rulebook, views
from evenhand.judge.result import Result
from evenhand.limits import Limits
from tests.judge.bench import AS_OF, clause, result, verdict

DEMAND = """
demand:
  - {{demand: d1, by_state: {by}, to_party: Cloud, addressed_to: company, data_located_in: XB,
     purpose: regulation, asks_for: access, on_day: {day}, grade: {grade}}}
complete: [demand, agreement]
"""


def demand(by: str = "XA", day: str = "2025-01-01", grade: str = "declared") -> str:
    """A direct demand for data in XB."""
    return DEMAND.format(by=by, day=day, grade=grade)


def test_a_direct_demand_without_permission_is_broken_with_its_evidence() -> None:
    got = result(demand())
    one = verdict(got, "5a", "demand:d1")
    assert (one.outcome, one.grade, one.binding, one.attribution) == (
        "broken",
        "declared",
        False,
        "shown",
    )
    assert one.evidence[0].table == "demand"
    assert one.evidence[0].locator == "/demand/0"
    assert one.evidence_total >= 1
    assert one.law[0] == "law/initiative.yaml#GIDS-5a"
    row = clause(got, "5a")
    assert (row.outcome, dict(row.counts)) == ("broken", {"broken": 1})
    assert got.summary["gids-2020"]["broken"] == 1


def test_an_agreement_in_force_makes_it_hold_and_is_cited() -> None:
    agreement = """
agreement:
  - {agreement: AB, type: direct access, state_a: XA, state_b: XB, in_force_from: 2024-01-01}
"""
    got = verdict(result(demand() + agreement), "5a", "demand:d1")
    assert got.outcome == "holds"
    assert "agreement" in {e.table for e in got.evidence}


def test_an_unverified_agreement_neither_permits_nor_breaks() -> None:
    agreement = """
agreement:
  - {agreement: AB, type: direct access, state_a: XA, state_b: XB, in_force_from: 2024-01-01,
     unverified: true}
"""
    got = verdict(result(demand() + agreement), "5a", "demand:d1")
    assert got.outcome == "not shown"
    assert "unverified" in got.because


def test_an_allegation_breaks_nothing() -> None:
    got = result(demand(grade="alleged"))
    one = verdict(got, "5a", "demand:d1")
    assert (one.outcome, one.grade) == ("not shown", "alleged")
    assert "allegation" in one.because
    assert clause(got, "5a").outcome == "not shown"


def test_a_state_clause_is_not_broken_where_no_state_is_named() -> None:
    facts = demand().replace("by_state: XA, ", "")
    got = verdict(result(facts), "5a", "demand:d1")
    assert (got.outcome, got.attribution) == ("not shown", "not shown")


def test_older_events_under_a_non_binding_text_are_replayed_and_marked() -> None:
    got = verdict(result(demand(day="2019-05-01")), "5a", "demand:d1")
    assert (got.outcome, got.replay) == ("broken", True)


def test_a_text_not_yet_there_says_so_in_one_row() -> None:
    got = result(demand(day="2019-05-01"), as_of=date(2019, 6, 1))
    assert got.verdicts == ()
    assert clause(got, "5a").outcome == "not applicable"
    assert "no text in force on 2019-06-01" in clause(got, "5a").why_not_shown[0]


BINDING = """
id: binding
version: "1"
title: A binding text
binding: true
clauses:
  - {{id: "1", title: Direct demands, says: No direct demands., addressee: state, cites: law/x,
     since: 2020-01-01, checks: [{{use: access/permitted_by_the_state_where_data_are,
     with: {{permission: [direct access]}}}}]{more}}}
"""


def binding(folder: Path, more: str = "") -> str:
    """A rulebook of one binding clause."""
    path = folder / "rulebook.yaml"
    path.write_text(BINDING.format(more=more))
    return str(path)


def test_a_binding_text_does_not_reach_back(tmp_path: Path) -> None:
    book = binding(tmp_path)
    before = verdict(result(demand(day="2019-05-01"), book), "1", "demand:d1")
    assert before.outcome == "not applicable"
    # what else is not known of an event does not matter where it is too early
    unknown = demand(day="2019-05-01").replace(" addressed_to: company,", "")
    assert verdict(result(unknown, book), "1", "demand:d1").outcome == "not applicable"
    assert verdict(result(unknown, book, replay=True), "1", "demand:d1").outcome == "not shown"
    replayed = verdict(result(demand(day="2019-05-01"), book, replay=True), "1", "demand:d1")
    assert (replayed.outcome, replayed.replay) == ("broken", True)
    undated = demand().replace("on_day: 2025-01-01, ", "")
    assert verdict(result(undated, book), "1", "demand:d1").outcome == "not shown"


def test_an_unverified_clause_breaks_nothing(tmp_path: Path) -> None:
    book = binding(tmp_path, ", unverified: true")
    assert verdict(result(demand(), book), "1", "demand:d1").outcome == "not shown"


def test_every_clause_has_exactly_one_row_with_no_facts_at_all() -> None:
    got = result("", "gids-2020", "clean-network-2020")
    assert len(got.clauses) == 24
    assert len({(c.rulebook, c.clause) for c in got.clauses}) == 24
    assert {c.outcome for c in got.clauses} == {"not shown"}
    assert all(c.why_not_shown for c in got.clauses)


def test_complete_and_out_of_scope_is_not_applicable_else_not_shown() -> None:
    home = demand(by="XB")
    got = result(home)
    assert verdict(got, "5a", "demand:d1").outcome == "not applicable"
    assert clause(got, "5a").outcome == "not applicable"
    got = result(home.replace("complete: [demand, agreement]", ""))
    assert clause(got, "5a").outcome == "not shown"


def test_shipped_lists_are_cited_as_law_not_as_evidence() -> None:
    facts = """
demand:
  - {demand: d1, by_state: FR, to_party: C, addressed_to: company, data_located_in: NL,
     purpose: law enforcement, asks_for: access, agreement: BUDAPEST_ETS185, on_day: 2025-01-01}
"""
    got = verdict(result(facts), "6a", "demand:d1")
    assert any("/list/" in row for row in got.law)
    assert not any("/list/" in e.fact for e in got.evidence)


@pytest.mark.parametrize("word", ["XA", "XA:", "xa:xb", "XA:XA", "XAA:XB"])
def test_a_swap_that_names_no_two_states_is_refused(word: str) -> None:
    from evenhand.errors import UserError
    from evenhand.judge.bench import parse_swap

    with pytest.raises(UserError):
        parse_swap(word)


def test_relations_worked_out_once_show_what_they_show_as_views(
    examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence, _ = pipeline.read([str(examples)], Limits(), 1, lambda name: None)
    made = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'kept_base'"

    def judged() -> tuple[Result, int]:
        given = judge(evidence, rulebook.load_all(["gids-2020"]), AS_OF)
        return given, int(evidence.connection.execute(made).fetchall()[0][0])

    once, tables = judged()
    assert tables and once.verdicts
    monkeypatch.setattr(views, "KEPT", -1)  # none is so small
    evidence, _ = pipeline.read([str(examples)], Limits(), 1, lambda name: None)
    assert judged() == (once, 0)
