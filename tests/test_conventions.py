"""The conventions, run: what CONVENTIONS.md says of the house holds in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand import discovery, facts
from evenhand.judge import cases, check, rulebook
from evenhand.judge.statement import tables_named, tables_read

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "evenhand"
MODULES = sorted(p for p in SOURCE.rglob("*.py") if p.read_text(encoding="utf-8").strip())
# Abbreviations of two capitals that stand in code and are no state.
NO_STATES = {"OK", "OR", "AS", "IN", "IS", "BY", "ON", "ID", "NO", "TO"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "util", "helper"}


def names(paths: list[Path]) -> list[str]:
    """Paths below the source folder, for test ids."""
    return [p.relative_to(SOURCE).as_posix() for p in paths]


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_module_opens_with_a_docstring_and_its_spec(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = ast.get_docstring(tree)
    assert said, "no docstring"
    small = path.name in ("__init__.py", "__main__.py")
    assert small or "Spec:" in said, "the docstring names no Spec:"
    assert len(said.splitlines()[0]) <= 100
    assert path.stem not in FORBIDDEN_NAMES


# Before Python 3.11.5 a group that is taken possessively may match wrongly (Debian 12 has 3.11.2).
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_module_takes_no_group_possessively(path: Path) -> None:
    assert POSSESSIVE_GROUP.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_module_is_short_and_catches_nothing_broadly(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno
            assert length <= 60, f"{node.name}: {length} lines"
        if isinstance(node, ast.ExceptHandler) and path.name != "guard.py":
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
            )
            assert not broad, f"line {node.lineno}: catches everything"


HEAVY = {"duckdb", "pyarrow", "sqlglot", "numpy", "yaml", "rich", "cryptography", "dns"} | {
    "jsonschema",
    "zstandard",
    "publicsuffixlist",
}


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_heavy_libraries_are_imported_where_they_are_needed(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import):
            assert not {a.name.split(".")[0] for a in node.names} & HEAVY
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in HEAVY


def states_named(text: str) -> Iterator[str]:
    """Quoted codes of real states in a text."""
    known = codes()
    for match in re.finditer(r"['\"]([A-Z]{2})['\"]", text):
        if match[1] in known - NO_STATES:
            yield match[1]


def codes() -> set[str]:
    """ISO 3166-1 codes as the list of territories has them."""
    from evenhand import lists

    return {row["territory"] for row in lists.rows("territory")}


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_no_state_is_named_in_python(path: Path) -> None:
    assert list(states_named(path.read_text(encoding="utf-8"))) == []


CHECKS = sorted(check.names().items())


@pytest.mark.parametrize(("name", "folder"), CHECKS, ids=[n for n, _ in CHECKS])
def test_check_is_whole(name: str, folder: Path) -> None:
    one = check.load_folder(name, folder)  # parses its SQL as it would anybody's
    text = "".join(p.read_text(encoding="utf-8") for p in folder.glob("check.*"))
    assert list(states_named(text)) == []
    assert one.conditions.keys() == one.applies.names() | one.holds.names()
    roles = {p.role for p in one.parameters.values()}
    assert roles <= {"origin", "legal", "conduct", "none"}
    for query in (one.sql, one.evidence_sql):
        if query is not None:
            assert tables_named(query) == tables_read(query, one.parameters)


@pytest.fixture(scope="module")
def bench() -> cases.Bench:
    return cases.Bench()


@pytest.mark.parametrize("name", [n for n, _ in CHECKS])
def test_cases_pass_and_every_condition_is_seen_true_false_and_unknown(
    name: str, bench: cases.Bench
) -> None:
    report = cases.test(check.load(name), bench)
    assert report.failures == []
    assert report.passed > 0
    assert report.unseen() == []


def test_every_check_is_cited_by_a_rulebook() -> None:
    books = [rulebook.load(n) for n in rulebook.names()]
    cited = {u.check.name for b in books for c in b.clauses for u in c.uses}
    assert set(check.names()) == cited


def test_every_clause_cites_its_source_and_every_rulebook_has_a_text() -> None:
    for name in rulebook.names():
        book = rulebook.load(name)
        assert book.id == name
        assert (book.folder / "text.md").is_file()
        for clause in book.clauses:
            assert clause.cites.startswith("law/")


def test_the_initiative_has_its_18_limbs() -> None:
    wanted = [
        "1a",
        "1b",
        "2a",
        "2b",
        "2c",
        "3a",
        "3b",
        "3c",
        "4a",
        "4b",
        "5a",
        "6a",
        "6b",
        "7a",
        "7b",
        "8a",
        "8b",
        "8c",
    ]
    assert [c.id for c in rulebook.load("gids-2020").clauses] == wanted


def test_the_clean_network_has_its_six_lines() -> None:
    wanted = {"carrier", "store", "apps", "cloud", "cable", "path"}
    assert {c.id for c in rulebook.load("clean-network-2020").clauses} == wanted


def test_readers_say_what_they_emit_and_cannot_see() -> None:
    tables = set(facts.tables())
    for reader in discovery.readers().values():
        assert set(reader.emits) <= tables, reader.name
        assert set(reader.cannot_see) <= tables | {"*"}, reader.name
        assert reader.cannot_see, reader.name


def test_tables_say_what_their_columns_mean() -> None:
    for table in facts.tables().values():
        own = [c for c in table.columns if c not in facts.SHARED]
        assert sorted(own) == sorted(table.meaning), table.name
        assert set(table.roles) <= set(own), table.name
        assert set(table.roles.values()) <= {"conduct", "legal", "origin"}, table.name
        assert set(table.key) <= set(own), table.name


def test_reference_pages_are_in_step() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_pipeline_is_a_sentence() -> None:
    assert (SOURCE / "pipeline.py").read_text(encoding="utf-8").count("\n") < 80


def test_conventions_are_the_ones_we_follow() -> None:
    text = (ROOT / "CONVENTIONS.md").read_text(encoding="utf-8")
    assert text.startswith("# Conventions")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## " in changelog
