"""Running a check: its SQL over a set of views, its outcome by three-valued logic.

Spec: DESIGN (A check, a rulebook; Weak facts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from evenhand.engines.duckdb import fetch, one_of
from evenhand.errors import UserError
from evenhand.judge import statement
from evenhand.judge.check import SUBJECT_COLUMNS, Check
from evenhand.judge.expression import Value
from evenhand.judge.rulebook import Use
from evenhand.judge.views import BASE, Views

SHOWN_EVIDENCE = 20  # pieces of evidence that a verdict lists; the rest are counted


class Row(NamedTuple):
    """One subject of one check, judged."""

    subject: str
    on_day: date | None
    fact: str | None
    conditions: Mapping[str, Value]
    outcome: str


@dataclass(frozen=True)
class Run:
    """A check run once with its parameters: what it gave, and what weakens it."""

    use: Use
    rows: tuple[Row, ...]
    weak: Mapping[str, str]  # subject → `unverified` or `alleged`
    evidence: Mapping[str, tuple[str, ...]]  # subject → ids of facts beyond its own


def outcomes(views: Views, use: Use, as_of: date, schema: str) -> list[Row]:
    """The rows of a check over the views of `schema`, in order of their subjects."""
    check = use.check
    query = _outcome_query(check, use.parameters)
    views.use(schema)
    values = statement.values(check.sql, use.parameters, as_of.isoformat())
    import duckdb

    try:
        found = fetch(views.connection, query, values)
    except duckdb.Error as error:
        raise UserError(f"checks/{check.name}/check.sql: {error}") from error
    finally:
        views.use(BASE)
    names = list(check.conditions)
    rows = [
        Row(subject, day, fact, dict(zip(names, conditions, strict=True)), outcome)
        for subject, day, fact, outcome, *conditions in found
    ]
    for one, other in pairwise(rows):
        if one.subject == other.subject:
            raise UserError(f"checks/{check.name}/check.sql: two rows for {one.subject}")
    return rows


def _outcome_query(check: Check, parameters: Mapping[str, Any]) -> str:
    conditions = ", ".join(f'"{c}"' for c in check.conditions)
    applies, holds = check.applies.sql(), check.holds.sql()
    return (
        f"SELECT {', '.join(SUBJECT_COLUMNS)}, CASE "
        f"WHEN {applies} IS NULL THEN 'not shown' WHEN NOT {applies} THEN 'not applicable' "
        f"WHEN {holds} IS NULL THEN 'not shown' WHEN {holds} THEN 'holds' ELSE 'broken' END, "
        f"{conditions} FROM ({statement.complete(check.sql, parameters)}) AS judged "
        f"ORDER BY subject"
    )


def run(views: Views, use: Use, as_of: date, weak_tables: tuple[set[str], set[str]]) -> Run:
    """Run a check, and run it again without weak rows where it reads tables that hold some."""
    rows = outcomes(views, use, as_of, BASE)
    weak: dict[str, str] = {}
    decided = {r.subject for r in rows if r.outcome in ("holds", "broken")}
    unverified, alleged = weak_tables
    if decided and use.check.reads & unverified:
        firm = _by_subject(outcomes(views, use, as_of, "without_unverified"))
        weak |= {
            r.subject: "unverified"
            for r in rows
            if r.subject in decided and firm.get(r.subject) != r.outcome
        }
    broken = {r.subject for r in rows if r.outcome == "broken"}
    if broken and use.check.reads & alleged:
        firm = _by_subject(outcomes(views, use, as_of, "without_alleged"))
        weak |= {s: "alleged" for s in broken if firm.get(s) != "broken"}
    return Run(use, tuple(rows), weak, _evidence(views, use, as_of))


def _by_subject(rows: Sequence[Row]) -> dict[str, str]:
    return {r.subject: r.outcome for r in rows}


def _evidence(views: Views, use: Use, as_of: date) -> dict[str, tuple[str, ...]]:
    """Facts and law rows beyond the subject's own, by subject."""
    sql = use.check.evidence_sql
    if sql is None:
        return {}
    query = (
        f"SELECT subject, list(DISTINCT fact ORDER BY fact) "
        f"FROM ({statement.complete(sql, use.parameters)}) AS used "
        f"WHERE fact IS NOT NULL GROUP BY subject"
    )
    values = statement.values(sql, use.parameters, as_of.isoformat())
    import duckdb

    try:
        found = fetch(views.connection, query, values)
    except duckdb.Error as error:
        raise UserError(f"checks/{use.check.name}/evidence.sql: {error}") from error
    return {subject: tuple(ids) for subject, ids in found}


class Fact(NamedTuple):
    """Where a fact stands, and the states that it names."""

    table: str
    artefact: str
    locator: str
    grade: str
    states: frozenset[str]


def look_up(views: Views, ids: set[str]) -> dict[str, Fact]:
    """The facts with these ids."""
    from evenhand import facts

    found: dict[str, Fact] = {}
    by_table: dict[str, list[str]] = {}
    for identity in ids:
        by_table.setdefault(identity.split("/", 1)[0], []).append(identity)
    for name, wanted in sorted(by_table.items()):
        table = facts.tables().get(name)
        if table is None:
            continue
        states = ", ".join(table.roles) or "NULL"
        for start in range(0, len(wanted), 10_000):
            some = one_of(wanted[start : start + 10_000])
            query = (
                f"SELECT id, artefact, locator, grade, {states} "
                f"FROM {BASE}.{name} WHERE id IN {some}"
            )
            for identity, artefact, locator, grade, *codes in fetch(views.connection, query):
                found[identity] = Fact(
                    name, artefact or "", locator or "", grade, frozenset(c for c in codes if c)
                )
    return found
