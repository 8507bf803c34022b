"""Large runs: the same verdicts, made when they are gone through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.errors import UserError
from evenhand.evidence import Evidence
from evenhand.judge import bench, judge
from evenhand.judge.profile import Profile, Waiver
from evenhand.judge.result import Result
from evenhand.judge.rulebook import load_all
from evenhand.judge.verdict import Verdicts
from evenhand.limits import Limits
from evenhand.reports import Options, named
from tests.judge.bench import AS_OF, TERRITORIES

ROW = """
  - {{demand: d{n}, by_state: {by}, to_party: Cloud, addressed_to: company, data_located_in: XB,
     purpose: {purpose}, asks_for: access, on_day: {year}-01-01, grade: {grade}}}"""
AGREEMENT = """
agreement:
  - {agreement: AB, type: direct access, state_a: XC, state_b: XB, in_force_from: 2024-01-01,
     unverified: true}
"""


def facts(number: int) -> str:
    """Demands of every outcome, in no order."""
    rows = [
        ROW.format(
            n=n * 7 % number,
            by=("XA", "XB", "XC")[n % 3],
            purpose=("regulation", "law enforcement")[n % 2],
            year=(2019, 2025)[n % 4 == 0],
            grade=("declared", "alleged")[n % 5 == 0],
        )
        for n in range(number)
    ]
    return f"{TERRITORIES}\ndemand:{''.join(rows)}\n{AGREEMENT}\ncomplete: [demand, agreement]\n"


def judged(
    folder: Path, swap: tuple[str, str] | None = None, profile: Profile | None = None
) -> Result:
    path = folder / "facts.yaml"
    path.write_text(facts(40), encoding="utf-8")
    evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    evidence.keep(folder / "kept")
    books = load_all(["gids-2020"])
    return judge(Evidence.load(folder / "kept"), books, AS_OF, False, swap, profile)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is judged counts as large."""
    monkeypatch.setattr(bench, "LISTED", 0)
    yield


@pytest.mark.parametrize("swap", [None, ("XA", "XC")])
def test_a_large_run_says_what_a_small_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: tuple[str, str] | None
) -> None:
    plain = judged(tmp_path, swap)
    monkeypatch.setattr(bench, "LISTED", 0)
    large = judged(tmp_path, swap)
    assert isinstance(large.verdicts, Verdicts) and isinstance(plain.verdicts, tuple)
    assert tuple(large.verdicts) == plain.verdicts
    assert len(large.verdicts) == len(plain.verdicts)
    assert large.verdicts[-1] == plain.verdicts[-1] and large.verdicts[2:5] == plain.verdicts[2:5]
    assert (large.clauses, large.summary, large.looked_for) == (
        plain.clauses,
        plain.summary,
        plain.looked_for,
    )
    for outcome in ("broken", "holds", "not shown"):
        assert list(large.having(outcome)) == [v for v in plain.verdicts if v.outcome == outcome]
    assert {v.outcome for v in plain.verdicts} >= {"broken", "not shown", "not applicable"}


def test_json_lists_every_verdict_of_a_large_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = named("json", None)
    plain = "".join(report.pieces(judged(tmp_path), Options()))
    monkeypatch.setattr(bench, "LISTED", 0)
    large = "".join(report.pieces(judged(tmp_path), Options()))
    assert large == plain and len(json.loads(large)["verdicts"]) > 40


def test_counts_add_up_to_the_verdicts(tmp_path: Path) -> None:
    got = judged(tmp_path)
    for clause in got.clauses:
        mine = [v.outcome for v in got.verdicts if v.clause == clause.clause]
        assert {o: mine.count(o) for o in set(mine)} == dict(clause.counts)


@pytest.mark.usefixtures("small")
def test_reports_for_people_show_the_first_of_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.judge import result

    monkeypatch.setattr(result, "SHOWN", 2)
    whole = judged(tmp_path)
    shown = whole.shown()
    assert shown.left_out == len(whole.verdicts) - len(shown.verdicts) > 0
    mine = [v.outcome for v in shown.verdicts if v.clause == "5a"]
    assert max(mine.count(o) for o in set(mine)) == 2
    assert set(shown.verdicts) <= set(whole.verdicts)
    (text,) = named("terminal", None).pieces(whole, Options())
    assert f"{len(whole.verdicts)} answers" in text and f"{shown.left_out} are left out" in text


@pytest.mark.usefixtures("small")
def test_waivers_reach_large_runs(tmp_path: Path) -> None:
    waiver = {"rulebook": "gids-2020", "clause": "5a", "owner": "J", "reason": "r", "at": "p:1"}
    until = AS_OF.replace(year=2030)
    kept = Waiver(subject="demand:*", until=until, **waiver)
    idle = Waiver(subject="product:*", until=until, **waiver)
    got = judged(tmp_path, profile=Profile(parameters={}, waivers=(kept, idle)))
    broken = [v for v in got.having("broken") if v.clause == "5a"]
    assert broken and all(v.waived for v in broken)
    assert got.notes == ("p:1: the waiver covers no verdict",)


def test_two_rows_for_one_subject_are_a_mistake_of_the_check(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("demand: [{demand: a}, {demand: b}]", encoding="utf-8")
    evidence, _ = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    folder = tmp_path / "checks" / "demand" / "twice"
    folder.mkdir(parents=True)
    (folder / "check.yaml").write_text(
        "asks: a\njudges: demand\nparameters: {}\nconditions: {c: a}\napplies: c\nholds: c\n"
        "remedy: a\ncannot_show: a\n"
    )
    (folder / "check.sql").write_text(
        "SELECT 'x' AS subject, on_day, id AS fact, TRUE AS c FROM demand"
    )
    (tmp_path / "rulebook.yaml").write_text(
        "id: t\nversion: '1'\ntitle: t\nbinding: false\nclauses: [{id: '1', title: t, says: s, "
        "addressee: company, cites: c, checks: [{use: demand/twice}]}]"
    )
    with pytest.raises(UserError, match="two rows for x"):
        judge(evidence, load_all([str(tmp_path)]), AS_OF)
