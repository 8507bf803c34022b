"""Claims in `explain`: those that a verdict bears on, and that they change no verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand import pipeline
from evenhand.judge.explain import Asked, explain
from evenhand.limits import Limits
from tests.judge.bench import result

DEMAND = """
demand:
  - {{demand: d1, by_state: {by}, to_party: Cloud, addressed_to: company, data_located_in: {held},
     purpose: regulation, asks_for: access, permitted: false, on_day: 2025-01-01}}
"""
ALLEGED = """
claim:
  - {claim: T-1, says: demands nothing abroad, kind: fact, said_by: a ministry, said_of: XA,
     of_state: XA, decided_by: its demands, rules: [GIDS-5a], grade: alleged}
"""


def told(folder: Path, facts: str, name: str) -> str:
    path = folder / "facts.yaml"
    path.write_text(facts, encoding="utf-8")
    evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    return explain(evidence, Asked(name, date(2026, 1, 1)))


def claims(text: str) -> list[str]:
    _, _, after = text.partition("claims that it bears on")
    return [line.split()[0] for line in after.splitlines() if line.startswith("    CL-")]


def test_a_verdict_names_the_claims_that_it_bears_on(tmp_path: Path) -> None:
    text = told(tmp_path, DEMAND.format(by="CN", held="FR"), "gids-2020/5a/demand:d1")
    # of CN, of companies, of all states; none of them about another state
    assert claims(text) == ["CL-04", "CL-05", "CL-14", "CL-17", "CL-27"]
    assert "denied by: US\n" in text
    assert "would be settled by: government demands to Chinese companies" in text
    assert "CL-27 (value;" in text and "its factual part would be settled by: a norm" in text


def test_a_claim_about_a_state_that_is_not_in_the_facts_is_left_out(tmp_path: Path) -> None:
    text = told(tmp_path, DEMAND.format(by="FR", held="NL"), "gids-2020/5a/demand:d1")
    assert claims(text) == ["CL-17", "CL-27"]


def test_a_claim_is_found_through_a_measure(tmp_path: Path) -> None:
    measure = """
measure:
  - {measure: US-EL-2019/CN, by_state: US, kind: export control, target: Huawei,
     target_state: CN, evidence_cited: partly, closes_supply: true, on_day: 2019-05-16}
"""
    text = told(tmp_path, measure, "gids-2020/1a/measure:US-EL-2019/CN")
    assert {"CL-01", "CL-02", "CL-19"} <= set(claims(text))


def test_a_clause_that_nobody_made_claims_about_says_nothing(tmp_path: Path) -> None:
    vulnerability = """
vulnerability: [{product: p, vulnerability: v, serious: true, known_on: 2025-01-01}]
"""
    text = told(tmp_path, vulnerability, "gids-2020/8c/vulnerability:p/v")
    assert "claims" not in text


def test_a_claim_changes_no_verdict() -> None:
    facts = DEMAND.format(by="XA", held="XB")
    plain, with_claim = result(facts), result(facts + ALLEGED)
    assert [v[:6] for v in plain.verdicts] == [v[:6] for v in with_claim.verdicts]
    assert [c.outcome for c in plain.clauses] == [c.outcome for c in with_claim.clauses]
