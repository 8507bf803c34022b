"""What a check may say, so that every engine understands the same by it."""

from __future__ import annotations

import pytest
import sqlglot

from evenhand import relations
from evenhand.engines import portable
from evenhand.errors import UserError
from evenhand.judge import check, query
from evenhand.judge.statement import tables_read

OURS = [
    *((f"{n}/check.sql", check.load(n).sql) for n in check.names()),
    *((f"{n}/evidence.sql", check.load(n).evidence_sql or "SELECT 1") for n in check.names()),
    *relations.every().items(),
]


def refused(sql: str) -> list[str]:
    nodes = sqlglot.parse_one(sql, dialect="duckdb").walk()
    return [why for node in nodes if (why := portable.refusal(node)) is not None]


@pytest.mark.parametrize(("name", "sql"), OURS, ids=[name for name, _ in OURS])
def test_all_that_ships_is_portable(name: str, sql: str) -> None:
    assert refused(sql) == []


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("list(id ORDER BY id)", "ARRAY_AGG"),
        ("hash(id)", "hash"),
        ("substr(id, 0, 2)", "counts from 1"),
        ("arg_max(id, on_day)", "ARG_MAX"),
        ("list_contains(covered_by, id)", "ARRAY_CONTAINS"),
        ("on_day + INTERVAL 1 MONTH", "INTERVAL"),
        ("any_value(id)", "ANY_VALUE"),
        ("date_diff('year', on_day, on_day)", "seconds, days or months"),
        ("split_part(id, '', 1)", "written out"),
        ("CAST('2020' AS DATE)", "YYYY-MM-DD"),
        ("CAST(people_low AS DOUBLE)", "CAST to DOUBLE"),
        ("regexp_matches(id, 'a.c')", "pattern"),
        (r"regexp_matches(id, '\d')", "pattern"),
        ("regexp_matches(id, exporter)", "pattern"),
        ("regexp_replace(id, 'a', 'b')", "'g'"),
        ("regexp_replace(id, 'a', '$1', 'g')", "without"),
        ("id LIKE exporter", "LIKE"),
        ("trim(id, 'x')", "trim"),
        ("people_low / 2", "DIV"),
        ("people_low % 2", "MOD"),
        ("reverse(id)", "REVERSE"),
        ("[id]", "ARRAY"),
        ("CAST(first_seen AS VARCHAR)", "first_seen"),
        ("CAST(strength * 10 AS BIGINT)", "strength"),
        ("'at ' || first_seen", "first_seen"),
    ],
)
def test_what_engines_understand_differently_is_refused(expression: str, why: str) -> None:
    sql = f"SELECT {expression} AS subject FROM transfer"
    assert any(why.lower() in said.lower() for said in refused(sql)), refused(sql)
    with pytest.raises(UserError):
        tables_read(sql, [])
    assert query.faults(sql, [], [])


def test_a_limit_is_refused() -> None:
    assert any("LIMIT" in said for said in refused("SELECT id FROM transfer LIMIT 1"))


@pytest.mark.parametrize("pattern", ["^[0-9.]+$|:", "/+$", "[a-z]*(x|y)?", "[^a]"])
def test_plain_patterns(pattern: str) -> None:
    assert portable.plain(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["a++", "a*?", "(?i)a", "a{2}", "[[a]]", "[a&&b]", "[]a]", "[^]a]", "a\\b", "[a", "*"],
)
def test_patterns_with_another_meaning_elsewhere(pattern: str) -> None:
    assert not portable.plain(pattern)
