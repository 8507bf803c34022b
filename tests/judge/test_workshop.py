"""The workshop: what is begun passes, what is wrong is told all at once, what changes is seen."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand import pipeline
from evenhand.errors import EvenhandError, Mistakes, UserError
from evenhand.judge import (
    cases,
    check,
    control,
    difference,
    lint,
    oscal,
    pages,
    query,
    rulebook,
    scaffold,
    workshop,
)
from evenhand.limits import Limits
from tests.conftest import Run
from tests.judge import bench

DAY = date(2026, 6, 1)
FACTS = """
vulnerability:
  - {product: p, vulnerability: V1, serious: true, known_on: 2026-02-01, remedy_on: 2026-04-01}
  - {product: p, vulnerability: V2, serious: true, known_on: 2026-02-01, remedy_on: 2026-02-03}
  - {product: p, vulnerability: V3, serious: true, known_on: 2026-02-01}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A new rulebook's folder."""
    return scaffold.new(str(tmp_path / "our-rules"))


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """Kept evidence of three vulnerabilities."""
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    read, mistakes = pipeline.read([str(tmp_path / "facts.yaml")], Limits(), 1, lambda name: None)
    assert mistakes == []
    read.keep(tmp_path / "evidence")
    return tmp_path / "evidence"


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that is there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(folder: Path) -> list[str]:
    """The faults of a rulebook, with paths relative to its folder."""
    return [f.replace(f"{folder}/", "") for f in lint.faults([str(folder)])]


# --- new


def test_a_new_rulebook_passes_as_it_is(book: Path) -> None:
    text, failed = workshop.test([str(book)])
    assert not failed, text
    assert "4 cases passed, 0 faults in 1 checks" in text
    assert scaffold.CHECK not in check.names(), "ours would hide the example"


def test_a_new_rulebook_judges(book: Path) -> None:
    given_ = bench.result(FACTS, str(book), as_of=DAY)
    outcomes = {v.subject: v.outcome for v in given_.verdicts}
    assert outcomes == {
        "vulnerability:p/V1": "holds",
        "vulnerability:p/V2": "holds",
        "vulnerability:p/V3": "not shown",
    }


@pytest.mark.parametrize("name", ["", "..", "A", "a b", "a/../B", "gids-2020", "-a", "x" * 101])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        scaffold.new(f"{tmp_path}/x/{name}" if name else "")
    assert not (tmp_path / "x").exists()


def test_what_is_there_is_left_alone(book: Path) -> None:
    before = (book / "rulebook.yaml").read_bytes()
    with pytest.raises(UserError, match="already there"):
        scaffold.new(str(book))
    assert (book / "rulebook.yaml").read_bytes() == before


# --- from a catalogue


@pytest.mark.parametrize(
    ("file", "controls"),
    [
        ("basic-catalog.json", 4),
        ("NIST_SP-800-53_rev5_PRIVACY-baseline-resolved-profile_catalog-min.json", 102),
    ],
)
def test_a_catalogue_becomes_a_skeleton(
    file: str, controls: int, shared: Path, tmp_path: Path
) -> None:
    path = shared / "data" / "standards" / "oscal" / "examples" / file
    ids = re.findall(r'"id"', path.read_text(encoding="utf-8"))
    assert len(ids) > controls
    made = scaffold.new(str(tmp_path / "theirs"), control.load(path))
    text, failed = workshop.test([str(made)])
    assert not failed, text
    one = rulebook.load(str(made))
    assert len(one.clauses) == controls
    assert {c.undecidable for c in one.clauses} <= {scaffold.NOBODY, scaffold.WITHDRAWN}
    assert all(c.cites.startswith(f"{file}#") for c in one.clauses)
    assert "insert: param" not in (made / "rulebook.yaml").read_text(encoding="utf-8")
    rows = bench.result(FACTS, str(made)).clauses
    assert {r.outcome for r in rows} == {"not shown"}


@pytest.mark.parametrize("name", ["gids-2020", "clean-network-2020"])
def test_what_was_exported_comes_back(name: str, tmp_path: Path) -> None:
    ours = rulebook.load(name)
    path = tmp_path / "catalog.json"
    path.write_text(oscal.catalog(ours, bench.AS_OF), encoding="utf-8")
    back = rulebook.load(str(scaffold.new(str(tmp_path / "back"), control.load(path))))
    assert (back.title, back.version, back.binding) == (ours.title, ours.version, ours.binding)
    theirs = {c.id: c for c in back.clauses}
    assert theirs.keys() == {c.id for c in ours.clauses}
    for clause in ours.clauses:
        one = theirs[clause.id]
        assert (one.title, one.addressee, one.binding, one.since, one.until, one.cites) == (
            clause.title, clause.addressee, clause.binding, clause.since, clause.until,
            clause.cites,
        )  # fmt: skip
        assert one.says == " ".join(clause.says.split())


DEEP = '{"catalog": {"groups": [' + '{"groups": [' * 40 + "]}" * 40 + "]}}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no OSCAL catalogue"),
        ("[]", "no OSCAL catalogue"),
        ("<catalog/>", "XML"),
        ('{"catalog": ', r":1: no JSON"),
        ('{"profile": {}}', "a profile|OSCAL profile"),
        ('{"catalog": {}}', "holds no control"),
        ('{"catalog": {"controls": [{"title": "x"}]}}', "no id"),
        ('{"catalog": {"controls": [{"id": "a"}, {"id": "a"}]}}', "two controls have the id a"),
        ('{"catalog": {"controls": {"id": "a"}, "groups": "x", "metadata": []}}', "no control"),
        (DEEP, "deep"),
        ("[" * 100_000, "no OSCAL|nested|no JSON"),
        ("{" * 100_000, "no JSON"),
        ("\x00", "no OSCAL|:1:"),
    ],
)
def test_a_catalogue_that_is_none_is_refused(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=why):
        control.load(path)


def test_hostile_words_of_a_catalogue_are_words(tmp_path: Path) -> None:
    nasty = '\u202e"]} \u2028 *x: !!python/object:os.system {{ insert: param, loop }} \x00 null'
    params = [{"id": "loop", "label": "{{ insert: param, loop }}"}]
    said = {"id": "~", "title": "null", "params": params,
            "parts": [{"name": "statement", "prose": nasty}]}  # fmt: skip
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"catalog": {"controls": [said]}}), encoding="utf-8")
    made = scaffold.new(str(tmp_path / "made"), control.load(path))
    (one,) = rulebook.load(str(made)).clauses
    assert (one.id, one.title) == ("~", "null")
    assert "!!python/object:os.system" in one.says
    assert lint.faults([str(made)]) == []


# --- what is wrong, all at once


def test_every_fault_is_told_at_once_with_its_line(book: Path) -> None:
    home = book / "checks" / scaffold.CHECK
    change(book / "rulebook.yaml", "days: 90}", 'days: many, hours: "1"}')
    change(book / "rulebook.yaml", "cites: text.md#2", 'cites: ""')
    change(home / "check.yaml", "applies: serious", "applies: serious AND urgent")
    change(home / "check.yaml", "judges: vulnerability", "judges: weakness")
    change(home / "check.sql", "FROM vulnerability", "FROM weakness w, read_csv('/etc/passwd')")
    change(home / "check.sql", "$days", "$hours")
    change(home / "cases.yaml", "- case: a remedy on the last day", "- kase: x")
    found = told(book)
    name = f"checks/{scaffold.CHECK}"
    for wanted in (
        f"{name}/check.sql:8: $hours is no single parameter",
        f"{name}/check.sql:9: weakness is no fact table",
        f"{name}/check.yaml:4: weakness is no fact table",
        f"{name}/check.yaml:10: urgent is no condition",
        "rulebook.yaml:24: cites is to be a text: say where the wording stands",
    ):
        assert any(f.startswith(wanted) for f in found), (wanted, found)
    assert any("read_csv" in f.lower() or "readcsv" in f.lower() for f in found)
    change(home / "check.yaml", "applies: serious AND urgent", "applies: serious")
    change(home / "check.yaml", "judges: weakness", "judges: vulnerability")
    change(home / "check.sql", "FROM weakness w, read_csv('/etc/passwd')", "FROM vulnerability")
    change(home / "check.sql", "$hours", "$days")
    found = told(book)
    assert f"{name}/cases.yaml:3: kase is not known here" in found
    assert any(re.match(r"rulebook.yaml:17: days: ", f) for f in found), found
    assert any("has no parameter hours" in f for f in found)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT * FROM a", "a is no fact table"),
        (
            "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x FROM a) SELECT * FROM a",
            "a cycle",
        ),
        ("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a", "a cycle"),
        ("SELECT getenv('HOME') FROM flow", "the function getenv"),
        ("SELECT * FROM range(1000000000000)", "may not stand"),
        ("SELECT * FROM '/etc/passwd'", "is no fact table|may not stand"),
        ("SELECT * FROM main.flow", "name a fact table"),
        ("SELECT 1; SELECT 2", "exactly one SELECT"),
        ("COPY flow TO 'x'", "exactly one SELECT|not understood"),
        ("SELECT (", "not understood"),
        ("", "exactly one SELECT"),
        ("SELECT 'x", "not understood"),
        ("SELECT " + "(" * 20_000, "not understood|too deeply"),
        ("SELECT $n FROM flow", "n is no single parameter"),
        ("SELECT $l FROM flow", "read it from p_l"),
        ("SELECT * FROM p_m", "p_m is no fact table"),
    ],
)
def test_sql_that_may_not_stand_is_refused(sql: str, why: str) -> None:
    found = query.faults(sql, {"s"}, {"l"})
    assert any(re.search(why, f.message) for f in found), found


def test_sql_that_may_stand_is_not_refused() -> None:
    sql = """-- $nobody
    WITH named AS (SELECT value FROM p_l) SELECT id, $s, $as_of, '$quoted' FROM flow, named"""
    assert query.faults(sql, {"s"}, {"l"}) == []
    for name, folder in check.names().items():
        assert lint.check_faults(name, folder, ours=True) == []


def test_comments_move_no_line() -> None:
    for sql in ("-- one\n-- two\n\nSELECT nonesuch(1)", "/* one\n\n\n */ SELECT nonesuch(1)",
                "-- one\n-- two\nSELECT\n )"):  # fmt: skip
        assert [f.line for f in query.faults(sql, set(), set())] == [4]


def test_every_fault_of_a_query_has_its_own_line() -> None:
    sql = "SELECT nonesuch(1),\n  getenv('x')\nFROM weakness\nJOIN other ON TRUE"
    assert [f.line for f in query.faults(sql, set(), set())] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("check.sql", "serious,", "serious AND product = 'FR' AS serious,"),
        ("check.yaml", "{type: integer", "{means: [FR, DE], type: integer"),
        ("check.yaml", "whether the remedy works", "whether France agrees"),
    ],
)
def test_a_check_that_names_a_state_is_told(book: Path, file: str, old: str, new: str) -> None:
    change(book / "checks" / scaffold.CHECK / file, old, new)
    found = [f for f in told(book) if "names no state" in f]
    assert found, told(book)
    assert all(f.startswith(f"checks/{scaffold.CHECK}/{file}:") for f in found)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("binding: false          #", "binding: &b false #", "rulebook.yaml:6: anchors"),
        ("binding: false          #", "binding: !!bool false #", "rulebook.yaml:6: tags"),
        ("binding: false          #", "binding: !env HOME #", "rulebook.yaml:6: tags"),
        ("binding: false          #", "<<: {a: b}\nbinding: false #", "rulebook.yaml:6: merge"),
        ("binding: false          #", "title: again #", "rulebook.yaml:6: title is given twice"),
        ("clauses:\n", "---\nclauses:\n", "one document is wanted"),
    ],
)
def test_yaml_that_says_two_things_is_refused(book: Path, old: str, new: str, why: str) -> None:
    change(book / "rulebook.yaml", old, new)
    assert any(why in f for f in told(book)), told(book)


def test_a_check_from_outside_the_folder_is_not_loaded(book: Path, tmp_path: Path) -> None:
    shutil.copytree(book / "checks" / "vulnerability", tmp_path / "elsewhere")
    change(book / "rulebook.yaml", f"use: {scaffold.CHECK}",
           "use: ../../elsewhere/remedied_within_days")  # fmt: skip
    assert any("no check is named ../../elsewhere" in f for f in told(book))


def test_a_check_that_nobody_cites_is_looked_at_too(book: Path) -> None:
    home = book / "checks"
    shutil.copytree(home / "vulnerability", home / "spare")
    change(home / "spare" / "remedied_within_days" / "check.sql", "FROM vulnerability", "FROM x")
    found = told(book)
    assert found == [
        "checks/spare/remedied_within_days/check.sql:9: "
        "x is no fact table, no relation and no list parameter"
    ]


def test_shipped_rulebooks_have_no_fault() -> None:
    assert lint.faults(list(rulebook.names())) == []


@pytest.mark.parametrize("file", ["rulebook.yaml", "check.yaml", "cases.yaml", "check.sql"])
@given(data=st.data())
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_written_there_is_told_or_run(
    file: str, data: st.DataObject, tmp_path: Path
) -> None:
    folder = tmp_path / "fuzzed"
    shutil.rmtree(folder, ignore_errors=True)
    scaffold.new(str(folder))
    path = next(folder.rglob(file))
    text = path.read_text(encoding="utf-8")
    words = [m.span() for m in re.finditer(r"[\w.]+|[^\w\s]", text)]
    odd = ["[]", "{}", "~", '""', "[[a]]", "{a: {b: c}}", "'", ":", "\x00", "\udcff", "- ", "1e9"]
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = data.draw(st.sampled_from(words))
        text = text[:start] + data.draw(st.sampled_from(odd)) + text[end:]
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    try:
        workshop.test([str(folder)])
    except Mistakes as error:
        assert error.lines
        assert all(str(line) for line in error.lines)
    except EvenhandError as error:
        assert str(error)


# --- texts of one clause, one after the other


def versions(book: Path, until: str) -> None:
    path = book / "rulebook.yaml"
    change(
        path, "    since: 2026-01-01   # first day", f"    until: {until}\n    since: 2026-01-01 #"
    )
    newer = (
        '  - {id: "1", title: Sooner, says: A provider offers a remedy within 30 days.,\n'
        "     addressee: provider, since: 2026-05-01, cites: text.md,\n"
        f"     checks: [{{use: {scaffold.CHECK}, with: {{days: 30}}}}]}}\n"
    )
    path.write_text(path.read_text(encoding="utf-8") + "\n" + newer, encoding="utf-8")


def test_texts_of_one_clause_that_overlap_are_refused(book: Path) -> None:
    versions(book, "2026-05-02")
    assert any("clause 1 is there twice on 2026-05-01" in f for f in told(book)), told(book)


def test_texts_of_one_clause_follow_one_another(book: Path) -> None:
    versions(book, "2026-05-01")
    assert told(book) == []
    for day, outcome in ((date(2026, 4, 30), "holds"), (date(2026, 5, 1), "broken")):
        given_ = bench.result(FACTS, str(book), as_of=day)
        assert [c.clause for c in given_.clauses] == ["1", "2"]
        assert bench.verdict(given_, "1", "vulnerability:p/V1").outcome == outcome
    before = bench.result(FACTS, str(book), as_of=date(2025, 1, 1))
    assert bench.clause(before, "1").outcome == "not applicable"


# --- pages


def test_there_is_a_page_a_rule_with_every_case(book: Path, tmp_path: Path) -> None:
    written = pages.write(rulebook.load(str(book)), tmp_path / "pages")
    assert {p.name for p in written} == {"index.md", "1.md", "2.md"}
    text = (tmp_path / "pages" / "1.md").read_text(encoding="utf-8")
    for document, number in cases.read(check.load(scaffold.CHECK, book)):
        assert document.value[number]["case"] in text
    assert "| `vulnerability:p/V1` | not shown | `in_time` not known |" in text
    assert "*not shown*: Artefacts hold acts" in (tmp_path / "pages" / "2.md").read_text()


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "index", ".", "a\nb", "<b>|`x`", "1 "])
def test_a_clause_may_be_called_anything(name: str, book: Path, tmp_path: Path) -> None:
    change(book / "rulebook.yaml", 'id: "2"', f"id: {json.dumps(name)}")
    made = pages.pages(rulebook.load(str(book)))
    assert len(made) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+\.md", n) and not n.startswith(".") for n in made)
    assert all("<b>" not in text for text in made.values())


# --- differences


def newer(book: Path) -> Path:
    made = book.parent / "newer"
    shutil.copytree(book, made)
    change(made / "rulebook.yaml", "days: 90}", "days: 30}")
    change(made / "rulebook.yaml", 'id: "2"', 'id: "3"')
    return made


def test_a_difference_names_clause_subject_before_and_after(book: Path, evidence: Path) -> None:
    found = difference.compare(str(book), str(newer(book)), evidence, DAY)
    (one,) = found.verdicts
    assert (one.clause, one.subject) == ("1", "vulnerability:p/V1")
    assert (one.before, one.after) == ("holds", "broken")
    assert found.same == 2
    assert [(c.clause, c.before, c.after) for c in found.clauses] == [
        ("1", "not shown", "broken"),
        ("2", "not shown", "not asked"),
        ("3", "not asked", "not shown"),
    ]
    back = difference.compare(str(newer_of(book)), str(book), evidence, DAY)
    assert [(v.before, v.after) for v in back.verdicts] == [("broken", "holds")]


def newer_of(book: Path) -> Path:
    return book.parent / "newer"


def test_no_difference_is_said(book: Path, evidence: Path) -> None:
    found = difference.compare(str(book), str(book), evidence, DAY)
    assert (found.verdicts, found.clauses, found.same) == ((), (), 3)
    assert "verdicts that change: 0; alike: 3" in difference.render(found)


# --- the command


def test_the_command(book: Path, evidence: Path, evenhand: Run, tmp_path: Path) -> None:
    done = evenhand("rulebook", "new", tmp_path / "mine")
    assert (done.returncode, done.stderr) == (0, "")
    done = evenhand("rulebook", "test", tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    done = evenhand("rulebook", "diff", book, newer(book), evidence, "-f", "json", "--as-of", DAY)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["verdicts"][0]["after"] == "broken"
    done = evenhand("rulebook", "docs", "gids-2020", "-o", tmp_path / "pages")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "pages").iterdir())) == 19
    change(book / "rulebook.yaml", "use: ", "use: no_such_check # ")
    change(book / "rulebook.yaml", "cites: text.md#2", "cites: ~")
    done = evenhand("rulebook", "test", book)
    assert done.returncode == 2
    assert [re.sub(r".*rulebook.yaml:(\d+): .*", r"\1", x) for x in done.stderr.splitlines()] == [
        "16",
        "24",
    ]


@pytest.mark.parametrize(
    "words",
    [("show",), ("new",), ("diff", "a", "b"), ("export", "gids-2020", "-f", "json"),
     ("list", "-o", "x"), ("docs", "gids-2020", "--from-catalog", "x")],
)  # fmt: skip
def test_a_wrong_use_says_the_right_one(words: tuple[str, ...], evenhand: Run) -> None:
    done = evenhand("rulebook", *words)
    assert done.returncode == 2
    assert f"usage: evenhand rulebook {words[0]}" in done.stderr
