"""SQLite gives what DuckDB gives: every case of every check, generated facts, and each function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand import facts
from evenhand.engines.duckdb import fetch
from evenhand.engines.few import WITHOUT, Few
from evenhand.engines.few_function import FUNCTIONS
from evenhand.engines.kind import NotCarried
from evenhand.judge import cases, check, statement
from evenhand.judge.check import Check, cast_parameters
from evenhand.judge.piece import ids_by_subject, ids_of, ids_query
from evenhand.judge.rulebook import Use
from evenhand.judge.run import Row, outcome_query, outcomes, rows_of
from evenhand.judge.views import BASE
from tests.judge.test_renaming import ALL_USES, CHECKS, tables_for

BENCH = cases.Bench()
FEW = Few(BENCH.connection)
Given = Mapping[str, Sequence[Mapping[str, Any]]]


def lay(rows: Given) -> None:
    """Put these facts, and no others, on the tables of both."""
    BENCH.lay({name: [dict(r) for r in given] for name, given in rows.items()})
    FEW.clear(facts.tables())
    for name, given_rows in rows.items():
        empty = dict.fromkeys(facts.tables()[name].columns)
        entries = [
            (r["id"], r.get("artefact", ""), SimpleNamespace(**{**empty, **r})) for r in given_rows
        ]
        FEW.lay(name, entries)


def asked(query: str, sql: str, use: Use, as_of: date, schema: str) -> list[tuple[Any, ...]]:
    values = statement.values(sql, use.parameters, as_of.isoformat())
    lists = {n: v for n, v in use.parameters.items() if isinstance(v, list)}
    return FEW.ask(query, values, lists, schema)


def told(rows: Sequence[Row]) -> list[str]:
    return [repr(r) for r in rows]  # True is not 1


def weak_schemas(rows: Given) -> list[str]:
    """Those in which some of these rows are left out."""
    every = [r for given_rows in rows.values() for r in given_rows]
    some = any(r.get("unverified") for r in every), any(r.get("grade") != "declared" for r in every)
    return [schema for schema, there in zip(WITHOUT, some, strict=True) if there]


def both(use: Use, as_of: date, at: str, weaker: Sequence[str]) -> int:
    """Ask both engines all that is asked of a check; the number of rows that were compared."""
    seen = 0
    for schema in (BASE, *weaker):
        query = f"{outcome_query(use.check, {})} ORDER BY subject"
        theirs = rows_of(use.check, asked(query, use.check.sql, use, as_of, schema))
        assert told(theirs) == told(outcomes(BENCH.views, use, as_of, schema)), (at, schema)
        seen += len(theirs)
    sql = use.check.evidence_sql
    if sql is not None:
        theirs_ids = ids_by_subject(asked(ids_query(sql, {}), sql, use, as_of, BASE))
        assert theirs_ids == ids_of(BENCH.views, use, as_of), at
    return seen


@pytest.mark.parametrize("name", check.names())
def test_every_case_of_every_check(name: str) -> None:
    one, seen = check.load(name), 0
    for document, number in cases.read(one):
        case = document.value[number]
        use = Use(one, cast_parameters(one, case.get("with") or {}, document.at(number, "with")))
        as_of = date.fromisoformat(case["as_of"]) if case.get("as_of") else cases.AS_OF
        rows = cases.rows_of(document, number)
        lay(rows)
        seen += both(use, as_of, document.at(number), weak_schemas(rows))
    assert seen


@pytest.mark.parametrize("one", CHECKS, ids=[c.name for c in CHECKS])
@settings(max_examples=3, deadline=None, derandomize=True)
@given(data=st.data())
def test_generated_facts(one: Check, data: st.DataObject) -> None:
    use = data.draw(st.sampled_from([u for u in ALL_USES if u.check.name == one.name]))
    rows = data.draw(tables_for(one))
    lay(rows)
    both(use, cases.AS_OF, one.name, weak_schemas(rows))


TEXTS = [
    "",
    " ",
    "abc",
    " aBc\t",
    "ΣΑΣ",
    "straße",
    "İi",
    "a>b>c",
    "\u3000x\u00a0",
    "a\n",
    "'\"",
    "%_",
]


@pytest.mark.parametrize("text", [*TEXTS, None])
@pytest.mark.parametrize(
    "expression",
    [
        "lower(says)",
        "upper(says)",
        "trim(says)",
        "length(says)",
        "left(says, 2)",
        "left(says, length(says) - 3)",
        "right(says, length(says) - 2)",
        "substr(says, 2)",
        "substr(says, 2, 1)",
        "replace(says, 'a', '')",
        "split_part(says, '>', 2)",
        "split_part(says, '>', 9)",
        "levenshtein(says, 'straße')",
        "strpos(says, 'b')",
        "strpos(says, '')",
        "contains(says, '')",
        "contains(says, 'b')",
        "starts_with(says, 'a')",
        "ends_with(says, 'c')",
        "says LIKE 'A%'",
        "says LIKE '_b_'",
        "says LIKE '%\\%'",
        "regexp_matches(says, '^a$')",
        "regexp_matches(says, '[^a-z]')",
        "regexp_replace(says, '[a-c]+', '-', 'g')",
        "regexp_replace(says, '[a-c]*', '-', 'g')",
        "regexp_replace(says, '[ ]+$', '')",
        "concat(says, NULL, 'x')",
        "says || 'x'",
        "coalesce(says, 'none')",
        "nullif(says, 'abc')",
        "says IN ('abc', NULL)",
        "says NOT IN ('x', '')",
        "says IS DISTINCT FROM 'abc'",
        "says IS NOT DISTINCT FROM NULL",
        "greatest(says, 'b', NULL)",
        "least(says, 'b')",
        "says BETWEEN 'a' AND 'b'",
        "CASE says WHEN 'abc' THEN 1 WHEN '' THEN 2 END",
        "NOT (says = 'abc')",
        "says > 'Z'",
        "says IN (SELECT value FROM p_given)",
        "says NOT IN (SELECT value FROM p_given)",
    ],
)
def test_what_both_make_of_a_text(expression: str, text: str | None) -> None:
    same(expression, [text])


DAYS = [date(2024, 2, 29), date(999, 1, 2), None]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    "expression",
    [
        "CAST(said_on AS VARCHAR)",
        "said_on",
        "said_on < CAST('2024-03-01' AS DATE)",
        "date_diff('day', said_on, CAST('2024-03-01' AS DATE))",
        "date_diff('month', said_on, CAST('2024-03-01' AS DATE))",
        "CAST(left(CAST(said_on AS VARCHAR), 4) AS INTEGER) - 1",
        "CAST(replace(CAST(said_on AS VARCHAR), '-', '') AS INTEGER) * 3 + 1",
        "CAST(length(CAST(said_on AS VARCHAR)) AS VARCHAR)",
    ],
)
def test_what_both_make_of_a_day(expression: str, day: date | None) -> None:
    same(expression, ["x"], said_on=day)


def same(expression: str, texts: Sequence[str | None], **more: Any) -> None:
    """Both engines give the same for an expression over claims that say these texts."""
    rows = [{"id": f"claim/case/0/{n}", "says": t, **more} for n, t in enumerate(texts)]
    lay({"claim": rows})
    query = f"SELECT {expression} AS v FROM claim"
    listed = {"given": ["abc", "x"]}
    ours = fetch(BENCH.connection, statement.complete(query, listed))
    assert repr(FEW.ask(query, {}, listed, BASE)) == repr(ours)


def test_moments() -> None:
    moments = [datetime(2024, 2, 29, 23, 59, 59, 900_000, UTC), datetime(2024, 3, 1, tzinfo=UTC)]
    rows = [{"id": f"notice/case/0/{n}", "clock_at": m} for n, m in enumerate(moments)]
    rows += [{"id": "notice/case/0/2", "clock_at": moments[0], "given_at": moments[1]}]
    lay({"notice": rows})
    query = (
        "SELECT id, CAST(clock_at AS DATE) AS day, date_diff('second', clock_at, given_at) AS s, "
        "date_diff('day', clock_at, given_at) AS d, clock_at < given_at AS before "
        "FROM notice ORDER BY id"
    )
    ours = fetch(BENCH.connection, query)
    assert ours[2][2:] == (1, 1, True)
    assert repr(FEW.ask(query, {}, {}, BASE)) == repr(ours)


def test_a_list_gives_a_row_for_each_of_its_elements() -> None:
    lists: list[list[str | None] | None] = [["a", 'b"\\é', None], [], None]
    rows = [{"id": f"claim/case/0/{n}", "tables": given} for n, given in enumerate(lists)]
    lay({"claim": rows})
    query = "SELECT id, lower(UNNEST(tables)) AS one FROM claim"
    ours = fetch(BENCH.connection, query)
    assert len(ours) == 3
    assert repr(FEW.ask(query, {}, {}, BASE)) == repr(ours)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT says = 1 AS v FROM claim", "beside"),
        ("SELECT said_on > '2024-01-01' AS v FROM claim", "beside"),
        ("SELECT says IN (SELECT said_on FROM claim) AS v FROM claim", "beside"),
        ("SELECT CAST(says = 'x' AS VARCHAR) AS v FROM claim", "CAST of a truth"),
        ("SELECT lower(said_on) AS v FROM claim", "where a text"),
        ("SELECT clock_at > CAST('2024-01-01' AS DATE) AS v FROM notice", "beside"),
        ("SELECT says AS v FROM claim UNION SELECT said_on AS v FROM claim", "beside"),
        ("SELECT says AS v FROM claim WHERE nothing = 'x'", "nothing"),
        ("SELECT list(says) AS v FROM claim", "may not stand"),
        ("SELECT clock_at AS v FROM notice", "moment"),
        ("SELECT max(tables) AS v FROM claim", "lists are not"),
        ("SELECT tables < rules AS v FROM claim", "lists are not"),
        ("SELECT CAST(says AS DATE) AS v FROM claim", "SQLite"),
    ],
)
def test_what_sqlite_would_not_notice_is_left_to_duckdb(query: str, why: str) -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    lay(
        {
            "claim": [{"id": "claim/case/0/0", "says": "x", "said_on": date(2024, 1, 1)}],
            "notice": [{"id": "notice/case/0/0", "clock_at": moment}],
        }
    )
    with pytest.raises(NotCarried, match=why):
        FEW.ask(query, {}, {}, BASE)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_texts_that_sqlite_does_not_hold(text: str) -> None:
    FEW.clear(["claim"])
    row = SimpleNamespace(**dict.fromkeys(facts.tables()["claim"].columns) | {"says": text})
    with pytest.raises(NotCarried):
        FEW.lay("claim", [("claim/case/0/0", "", row)])


def arguments() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Plain values for every function, by the names of what it takes."""
    for name, (count, expression, _) in FUNCTIONS.items():
        if name in ("dk_day", "dk_day_of"):
            yield name, ("2024-02-29",)
        elif name == "dk_number":
            yield name, ("-12",)
        elif "date_diff" in expression:
            yield name, ("2024-01-31 10:00:00.100000", "2024-03-01 09:00:00.900000")
        elif name in ("dk_add", "dk_sub", "dk_mul"):
            yield name, (7, -3)
        elif name in ("dk_left", "dk_right"):
            yield name, ("a-b-c", 3)
        elif name == "dk_split_part":
            yield name, ("a-b-c", "-", 2)
        else:
            yield name, ("a-b-c", "-b", "x")[:count]


@pytest.mark.parametrize(("name", "values"), list(arguments()))
def test_a_function_is_the_same_here_and_in_duckdb(name: str, values: tuple[Any, ...]) -> None:
    _, expression, function = FUNCTIONS[name]
    ((theirs,),) = fetch(
        BENCH.connection, f"SELECT {expression}", dict(zip("abc", values, strict=False))
    )
    assert function(*values) == (theirs.isoformat() if isinstance(theirs, date) else theirs)
