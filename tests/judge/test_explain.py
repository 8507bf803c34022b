"""What would flip a verdict: said only where judging again shows it."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from evenhand import pipeline
from evenhand.errors import UserError
from evenhand.evidence import Evidence
from evenhand.facts import tables
from evenhand.judge import candidate, check, explain, judge, lineage, rulebook, supposition
from evenhand.judge.statement import through_relations
from evenhand.limits import Limits
from tests.judge import bench
from tests.judge.test_counterfactual import ORIGIN, PARTIES

REMEDY = """
vulnerability:
  - {product: p, vulnerability: V1, serious: true, known_on: 2025-02-01, notified_on: 2025-02-03}
"""


@pytest.fixture
def book(tmp_path: Path) -> str:
    """A rulebook that bars by home and by name."""
    path = tmp_path / "list.yaml"
    path.write_text(ORIGIN, encoding="utf-8")
    return str(path)


def kept(facts: str, folder: Path) -> Evidence:
    """A facts file, read, kept and opened."""
    folder.mkdir()
    (folder / "facts.yaml").write_text(bench.TERRITORIES + facts, encoding="utf-8")
    read, mistakes = pipeline.read([str(folder / "facts.yaml")], Limits(), 1, lambda name: None)
    assert mistakes == []
    read.keep(folder / "evidence")
    return Evidence.load(folder / "evidence")


def told(facts: str, name: str, folder: Path, book: str | None = None) -> list[str]:
    """The lines about a verdict, without their margins."""
    words = explain.Asked(name, bench.AS_OF, book)
    text = explain.explain(kept(facts, folder / "kept"), words)
    return [line.strip() for line in text.splitlines()]


def flips(lines: list[str]) -> list[list[str]]:
    """For each outcome that is said to be reached: it, and the changes."""
    found: list[list[str]] = []
    for line in lines[next(n for n, one in enumerate(lines) if one.startswith("smallest")) + 1 :]:
        if re.fullmatch(r"'.*' with", line):
            found.append([line[1:-6]])
        elif " → " in line or line.startswith("a further row"):
            found[-1].append(line)
    return found


def test_one_value_that_flips_is_named_and_does_flip(tmp_path: Path) -> None:
    lines = told(REMEDY, "gids-2020/8b/vulnerability:p/V1", tmp_path)
    assert lines[0] == "vulnerability:p/V1: not shown under gids-2020 8b"
    row = "vulnerability/facts_file/"
    told_on = [c for c in flips(lines) if c[0] == "holds" and "notified_on" in c[1]]
    assert len(told_on) == 1
    assert told_on[0][1].startswith(row)
    assert told_on[0][1].endswith(
        "facts.yaml, /vulnerability/0), notified_on: 2025-02-03 → 2025-02-01"
    )
    again = bench.result(REMEDY.replace("notified_on: 2025-02-03", "notified_on: 2025-02-01"))
    assert bench.verdict(again, "8b", "vulnerability:p/V1").outcome == "holds"


def test_two_values_are_named_where_one_is_not_enough(tmp_path: Path, book: str) -> None:
    name = "list/home/party:Birch/equipment vendor/r"
    found = flips(told(PARTIES, name, tmp_path, book))
    (holds,) = [c for c in found if c[0] == "holds"]
    assert [c.rpartition("), ")[2] for c in holds[1:]] == [
        "home_state: XB → XA",
        "parent_state: XB → XA",
    ]
    again = PARTIES.replace(
        "home_state: XB,\n     parent_state: XB", "home_state: XA,\n     parent_state: XA"
    )
    assert again != PARTIES
    got = bench.result(again, book)
    assert bench.verdict(got, "home", "party:Birch/equipment vendor/r").outcome == "holds"
    one = bench.result(PARTIES.replace("home_state: XB", "home_state: XA"), book)
    assert bench.verdict(one, "home", "party:Birch/equipment vendor/r").outcome == "broken"


def test_a_further_row_is_named_where_it_flips(examples: Path, tmp_path: Path) -> None:
    name = "gids-2020/7a/destination:homegate-alder/metrics.alder.example"
    read, _ = pipeline.read([str(examples)], Limits(), 1, lambda path: None)
    read.keep(tmp_path / "evidence")
    text = explain.explain(
        Evidence.load(tmp_path / "evidence"), explain.Asked(name, bench.AS_OF)
    ).split("\ndestination:")[0]
    found = [c[1] for c in flips([line.strip() for line in text.splitlines()]) if c[0] == "holds"]
    assert any(c.endswith("host: updates.alder.example → metrics.alder.example") for c in found)
    added = [c for c in found if c.startswith("a further row of declaration like declaration/")]
    assert len(added) == 1
    assert added[0].endswith("but host: metrics.alder.example (there: updates.alder.example)")
    folder = tmp_path / "examples"
    shutil.copytree(examples, folder)
    given = folder / "alder" / "facts.yaml"
    lines = given.read_text(encoding="utf-8").splitlines(keepends=True)
    (at,) = [n for n, line in enumerate(lines) if "host: updates.alder.example" in line]
    lines.insert(at, lines[at].replace("updates.", "metrics."))
    given.write_text("".join(lines), encoding="utf-8")
    again, _ = pipeline.read([str(folder)], Limits(), 1, lambda path: None)
    verdicts = judge(again, rulebook.load_all(["gids-2020"]), bench.AS_OF).verdicts
    check_ = "traffic/destinations_are_declared"
    (one,) = [v for v in verdicts if name.endswith(v.subject) and v.check == check_]
    assert one.outcome == "holds"


def test_where_none_is_found_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supposition, "SINGLES", 1)
    monkeypatch.setattr(supposition, "PAIRS", 1)
    lines = told(REMEDY, "gids-2020/8b/vulnerability:p/V1", tmp_path)
    assert any(
        line.startswith("no change of one or two values was found that flips it (1 were tried")
        for line in lines
    ), lines
    assert not any(line.startswith("smallest") for line in lines)


def test_evidence_too_large_to_be_judged_anew_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supposition, "MOST_ROWS", 1)
    lines = told(REMEDY, "gids-2020/8b/vulnerability:p/V1", tmp_path)
    assert "no change of facts was tried: the evidence holds more than 1 rows" in lines


def test_after_the_search_the_facts_are_as_before(tmp_path: Path) -> None:
    evidence = kept(PARTIES + REMEDY, tmp_path / "kept")
    rows = "SELECT * FROM {}.vulnerability ORDER BY id"
    before = evidence.connection.execute(rows.format("evidence")).fetchall()
    explain.explain(evidence, explain.Asked("gids-2020/8b/vulnerability:p/V1", bench.AS_OF))
    for schema in ("evidence", "base"):
        assert evidence.connection.execute(rows.format(schema)).fetchall() == before


def test_each_condition_names_its_rows(tmp_path: Path, book: str) -> None:
    lines = told(PARTIES, "list/name/party:Birch/equipment vendor/r", tmp_path, book)
    (at,) = [n for n, line in enumerate(lines) if " on_list: " in line]
    assert lines[at].startswith("yes ")
    assert re.fullmatch(r"from party/\S+, designation/\S+", lines[at + 1])
    (at,) = [n for n, line in enumerate(lines) if " in_role: " in line]
    assert re.fullmatch(r"from party/\S+", lines[at + 1])


def test_names_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    facts = REMEDY.replace("product: p", 'product: "p\\e[31m"')
    evidence = kept(facts, tmp_path / "kept")
    name = "gids-2020/8b/vulnerability:p\x1b[31m/V1"
    text = explain.explain(evidence, explain.Asked(name, bench.AS_OF))
    assert "\x1b" not in text
    assert "p\\x1b[31m" in text
    with pytest.raises(UserError, match=r"no such verdict.*p\\x1b\[31m"):
        explain.explain(
            kept(facts, tmp_path / "again"), explain.Asked("gids-2020/8b/x", bench.AS_OF)
        )


def test_a_verdict_is_explained_as_the_profile_had_it_judged(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(
        "rulebooks: [gids-2020]\n"
        "parameters: {vulnerability/users_are_told_in_time: {clock_days: 1}}\n"
        "waivers: [{rulebook: gids-2020, clause: 8b, subject: 'vulnerability:*', owner: J. Doe,\n"
        "  reason: told by post, until: 2030-01-01}]\n"
    )
    evidence = kept(REMEDY, tmp_path / "kept")
    name = "gids-2020/8b/vulnerability:p/V1"
    text = explain.explain(evidence, explain.Asked(name, bench.AS_OF, profile=profile))
    assert "not met (non-binding), waived under gids-2020 8b" in text
    assert "Waived by J. Doe until 2030-01-01: told by post." in text
    assert re.search(r"notified_on: 2025-02-03 → 2025-02-02\n", text)


@pytest.mark.parametrize("name", check.names())
def test_the_tables_of_conditions_are_tables_that_the_check_reads(name: str) -> None:
    one = check.load(name)
    for condition in one.conditions:
        tables = lineage.tables_of(one.sql, condition)
        assert tables <= through_relations(set(one.reads))


def test_where_a_column_comes_from_is_followed_through_parts_unions_and_look_ups() -> None:
    sql = """
    WITH a AS (SELECT id, home_state AS code FROM party UNION ALL SELECT id, state FROM mark),
    mark AS (SELECT id, state FROM declaration),
    b AS (SELECT a.id, land.sovereign AS s FROM a LEFT JOIN land ON land.territory = a.code)
    SELECT b.id, b.s = 'x' AS one, a.code IS NULL AS two,
      b.id IN (SELECT id FROM product) AS three
    FROM b JOIN a ON a.id = b.id
    """
    assert lineage.tables_of(sql, "one") == {"territory"}
    assert lineage.tables_of(sql, "two") == {"party", "declaration"}
    assert lineage.tables_of(sql, "three") == {"party", "declaration", "product"}


@pytest.mark.parametrize("now", [None, datetime.min, datetime(2026, 1, 1), datetime.max])
def test_moments_and_clocks_at_the_edge_of_time_are_no_fault(now: datetime | None) -> None:
    moments, clocks = (datetime.min, datetime(2026, 1, 1), datetime.max), (-(10**17), 0, 3, 10**17)
    given = candidate._Given(None, (), (), (date.min, date.max), moments, clocks, {})  # type: ignore[arg-type]
    values = candidate._values(given, tables()["host_name"], "first_seen", now)
    assert values and now not in values[:-1]
    days = candidate._shifted((date.min, date.max), clocks)
    assert days[0] == date.min and days[-1] == date.max
