"""Bad rulebooks: every mistake at once, each at its line, exit code 2, and nothing is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evenhand.errors import Mistakes
from evenhand.judge import rulebook
from tests.conftest import Run

HEAD = 'id: b\nversion: "1"\ntitle: T\nbinding: true\nclauses:\n'
CLAUSE = "{{id: {id}, title: T, says: S., addressee: provider, cites: x, {rest}}}"
TOLD = "vulnerability/users_are_told_in_time"
SUPPLIER = "supply/supplier_is_not_barred"
CHECK = """\
asks: Something is so.
judges: {judges}
conditions: {{ok: it is so}}
applies: ok
holds: ok
remedy: R.
cannot_show: C.
"""


def clause(rest: str, name: str = "a") -> str:
    """One clause on one line."""
    return "  - " + CLAUSE.format(id=name, rest=rest) + "\n"


def cites(check: str, given: str = "") -> str:
    """A clause that cites a check."""
    with_ = f", with: {{{given}}}" if given else ""
    return clause(f"checks: [{{use: {check}{with_}}}]")


def write(folder: Path, text: str, sql: str | None = None, judges: str = "flow") -> Path:
    """A rulebook, and a check of its own."""
    (folder / "rulebook.yaml").write_text(text, encoding="utf-8")
    if sql is not None:
        own = folder / "checks" / "mine" / "own"
        own.mkdir(parents=True)
        (own / "check.yaml").write_text(CHECK.format(judges=judges), encoding="utf-8")
        (own / "check.sql").write_text(sql, encoding="utf-8")
    return folder


def mistakes(folder: Path) -> list[str]:
    """What is said, with paths relative to the folder."""
    with pytest.raises(Mistakes) as caught:
        rulebook.load_all([str(folder)])
    lines = [line.replace(f"{folder}/", "") for line in caught.value.lines]
    assert all(re.match(r"\S+:\d+: \S", line) for line in lines), lines
    return lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("title", "titel") + cites(TOLD), "3: titel is not known here (did you mean"),
        (HEAD.replace("true", "maybe") + cites(TOLD), "4: binding is to be true or false"),
        (HEAD + cites(TOLD).replace("addressee", "adressee"), "6: adressee is not known here (did"),
        (HEAD + cites(TOLD[:-1]), f"6: no check is named {TOLD[:-1]} (did you mean {TOLD}?)"),
        (HEAD + cites(TOLD, "clock_day: 3"), f"6: {TOLD} has no parameter clock_day (did you mean"),
        (HEAD + cites(TOLD, "clock_days: soon"), "6: clock_days: a whole number is wanted, not 's"),
        (
            HEAD + cites(TOLD, f"clock_days: {'9' * 5000}"),
            "6: clock_days: a whole number is wanted",
        ),
        (HEAD + cites(TOLD, "clock_days: [3]"), "6: clock_days: a single integer is wanted, not ["),
        (HEAD + cites(SUPPLIER, "roles: carrier"), "6: roles: a list is wanted, not 'carrier'"),
        (
            HEAD + cites(SUPPLIER, "roles: [x], states: [UK]"),
            "6: states: 'UK' is no state or group",
        ),
        (HEAD + clause("since: 2020-13-01, undecidable: U."), "6: '2020-13-01' is no day as YYYY"),
        (
            HEAD + clause(f"checks: [{{use: {TOLD}}}, {{use: {TOLD}}}]"),
            f"6: {TOLD} is cited twice; give the second a clause of its own",
        ),
        (
            HEAD
            + clause("since: 2020-01-01, until: 2022-01-01, undecidable: U.")
            + clause("since: 2021-06-01, undecidable: U."),
            "7: clause a is there twice on 2021-06-01; give the older text an `until`",
        ),
        (
            HEAD + clause("since: 2020-01-01, until: 2020-01-01, undecidable: U."),
            "6: until is not after since",
        ),
    ],
    ids=lambda value: value.split(": ", 1)[1][:40] if value[0].isdigit() else "",
)
def test_a_mistake_is_told_at_its_line(text: str, said: str, tmp_path: Path) -> None:
    (line,) = [m for m in mistakes(write(tmp_path, text)) if said in m]
    assert line.startswith(f"rulebook.yaml:{said}")


def test_made_up_states_and_groups_are_no_mistake(tmp_path: Path) -> None:
    given = "roles: [x], states: [XA, ZZ, QM, EU, NO]"
    (book,) = rulebook.load_all([str(write(tmp_path, HEAD + cites(SUPPLIER, given)))])
    use = book.clauses[0].uses[0]
    assert use.parameters["states"] == ["XA", "ZZ", "QM", "EU", "NO"], "Norway stays NO"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("title: T", "title: &a T"), "3: anchors and aliases are not read"),
        (HEAD.replace("title: T", "title: !!python/object:os.system T"), "3: tags such as"),
        (HEAD + "  - <<: {id: a}\n", "6: merge keys (<<) are not read"),
        (HEAD.replace("binding: true", "binding: true\nbinding: false"), "5: binding is given twi"),
        (HEAD + cites(TOLD) + "---\nid: c\n", "7: one document is wanted, and here begins anoth"),
        (HEAD + "  - " + "[" * 100 + "]" * 100, "6: nested more than 32 deep"),
        (HEAD + "  - {id: 'a\n", "7: "),
    ],
)
def test_what_yaml_hides_is_refused(text: str, said: str, tmp_path: Path) -> None:
    assert any(m.startswith(f"rulebook.yaml:{said}") for m in mistakes(write(tmp_path, text)))


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    said = mistakes(write(tmp_path, "\n".join(lines)))
    assert len(said) >= 40 and all("anchors and aliases" in m for m in said)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("COPY flow TO '/tmp/x'", "exactly one SELECT is wanted"),
        ("ATTACH '/tmp/x' AS y", "exactly one SELECT is wanted"),
        ("INSTALL httpfs", "exactly one SELECT is wanted"),
        ("PRAGMA database_list", "exactly one SELECT is wanted"),
        ("SET threads = 1", "exactly one SELECT is wanted"),
        ("SELECT 1; DROP TABLE flow", "exactly one SELECT is wanted"),
        ("SELECT * FROM read_csv('/etc/passwd')", "the function READ_CSV may not stand"),
        ("SELECT * FROM read_text('/etc/passwd')", "may not stand in a check"),
        ("SELECT * FROM '/etc/passwd'", "may not stand in a check|is no fact table"),
        ("SELECT * FROM glob('/*')", "may not stand in a check"),
        ("SELECT getenv('HOME') FROM flow", "the function getenv may not stand in a check"),
        ("SELECT * FROM duckdb_settings()", "may not stand in a check"),
        ("SELECT * FROM information_schema.tables", "may not stand in a check: name a fact table"),
        ("SELECT * FROM evidence.flow", "may not stand in a check: name a fact table"),
        ("SELECT * FROM flows", "flows is no fact table, no relation and no list parameter"),
        ("SELECT * FROM party_use", "party_use needs the list parameters uses"),
        ("SELECT $day AS on_day FROM flow", "$day is no single parameter"),
        (
            "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a",
            "a cycle: a reads b reads a|a cycle: b reads a reads b",
        ),
        ("WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT * FROM a) SELECT * FROM a", "a cycle: a"),
    ],
)
def test_a_check_that_reaches_out_is_refused(sql: str, said: str, tmp_path: Path) -> None:
    told = mistakes(write(tmp_path, HEAD + cites("mine/own"), sql + "\n"))
    ways = said.split("|")
    assert any(m.startswith("checks/mine/own/check.sql:1: ") and w in m for m in told for w in ways)


def test_a_table_that_is_none_gets_a_hint(tmp_path: Path) -> None:
    told = mistakes(write(tmp_path, HEAD + cites("mine/own"), "SELECT 1", judges="flows"))
    assert "checks/mine/own/check.yaml:2: flows is no fact table (did you mean flow?)" in told


def test_all_at_once_on_the_command_line(tmp_path: Path, evenhand: Run) -> None:
    text = HEAD.replace("true", "maybe") + cites("mine/own") + cites(TOLD, "clock_day: 3")
    write(tmp_path, text, "SELECT getenv('HOME') FROM flows")
    (tmp_path / "facts.yaml").write_text("demand: []\n")
    for words in (
        ("check", tmp_path / "facts.yaml", "-r", tmp_path),
        ("compare", tmp_path / "facts.yaml", "-r", tmp_path, "-r", "gids-2020"),
        ("rulebook", "test", tmp_path),
    ):
        done = evenhand(*words)
        assert done.returncode == 2
        assert done.stdout == ""
        lines = done.stderr.replace(f"{tmp_path}/", "").splitlines()
        assert len(lines) == 4, lines
        for start in (
            "evenhand: rulebook.yaml:4: binding",
            "evenhand: rulebook.yaml:7: vulnerability",
            "evenhand: checks/mine/own/check.sql:1: flows is no fact table",
            "evenhand: checks/mine/own/check.sql:1: the function getenv",
        ):
            assert sum(line.startswith(start) for line in lines) == 1, (start, lines)


def test_a_rulebook_that_is_none_gets_a_hint(evenhand: Run, tmp_path: Path) -> None:
    done = evenhand("rulebook", "show", "gdpr-transfers")
    assert done.returncode == 2
    assert "no rulebook is named gdpr-transfers (did you mean eu-gdpr-transfers?)" in done.stderr
