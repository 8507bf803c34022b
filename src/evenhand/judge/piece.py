"""Pieces of evidence: the facts and law rows that each subject rests on, looked up in the engine.

Spec: DESIGN (A check, a rulebook: evidence.sql; Evidence carried as ids, lists for display only).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from evenhand import facts
from evenhand.engines.duckdb import fetch, one_of, stream
from evenhand.errors import UserError
from evenhand.judge import statement
from evenhand.judge.rulebook import Use
from evenhand.judge.run import Row, Run
from evenhand.judge.views import BASE, Views


class Piece(NamedTuple):
    """One fact that a subject rests on: where it stands and which states it names."""

    fact: str
    table: str
    artefact: str
    locator: str
    grade: str
    states: frozenset[str]
    acts: bool  # it names the state whose act it is
    own: bool  # it is the fact that the subject stands for

    @property
    def law(self) -> bool:
        """True for a row of a list that ships with the package."""
        return self.fact.split("/")[1] == "list"


COLUMNS = "subject, fact, table_name, artefact, locator, grade, states, acts, place"


def query(use: Use, own: str, with_states: bool, where: str = "TRUE") -> str:
    """The query for all pieces: `own` gives (subject, fact), evidence.sql the others."""
    used = f"SELECT subject, fact, 0 AS place FROM ({own}) AS own WHERE {where}"
    if use.check.evidence_sql is not None:
        more = statement.complete(use.check.evidence_sql, use.parameters)
        used += f" UNION SELECT subject, fact, 1 AS place FROM ({more}) AS more WHERE {where}"
    known = " UNION ALL ".join(_known(name, with_states) for name in sorted(use.check.reads))
    return (
        f"SELECT {COLUMNS} FROM ({used}) AS used JOIN ({known}) AS known ON known.id = used.fact "
        f"ORDER BY subject, place, fact"
    )


def _known(name: str, with_states: bool) -> str:
    """The facts of one table, as pieces."""
    table = facts.tables()[name]
    states = f"[{', '.join(table.roles)}]" if with_states else "[]"
    acts = f"{table.actor} IS NOT NULL" if table.actor else "FALSE"
    return (
        f"SELECT id, '{name}' AS table_name, artefact, locator, grade, "
        f"CAST({states} AS VARCHAR[]) AS states, {acts} AS acts FROM {BASE}.{name}"
    )


def by_subject(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, list[Piece]]]:
    """Subjects in order, each with its pieces: its own fact first, each fact once."""
    for subject, group in groupby(rows, key=lambda r: r[0]):
        found: dict[str, Piece] = {}
        for _, fact, table, artefact, locator, grade, states, acts, place in group:
            at = artefact or "", locator or ""
            named = frozenset(s for s in states if s)
            found.setdefault(fact, Piece(fact, table, *at, grade, named, acts, place == 0))
        yield subject, list(found.values())


def pieces_of(
    run: Run, chosen: Sequence[Row] | None, with_states: bool
) -> Iterator[tuple[str, list[Piece]]]:
    """The pieces of every subject of a run, or of the chosen ones, in order of the subjects."""
    # subjects told one by one are looked up alone: the engine filters before it joins
    where = "TRUE" if chosen is None else f"subject IN {one_of([r.subject for r in chosen])}"
    check, given = run.use.check, run.use.parameters
    asked = query(run.use, f"SELECT subject, fact FROM {run.table}", with_states, where)
    more = check.evidence_sql or ""
    values: Mapping[str, Any] = statement.values(more, given, run.as_of.isoformat())
    if run.views.elsewhere is not None:
        # what comes back from elsewhere has no order of its own
        source, values = run.views.source(asked, values, BASE)
        asked = f"SELECT {COLUMNS} FROM {source} ORDER BY subject, place, fact"
    return _answered(run.use, stream(run.views.connection, asked, BASE, values))


def _answered(use: Use, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, list[Piece]]]:
    import duckdb

    try:
        yield from by_subject(rows)
    except duckdb.Error as error:
        raise UserError(f"checks/{use.check.name}/evidence.sql: {error}") from error


def law_pieces(views: Views) -> dict[str, Piece]:
    """Every row of the lists, by id."""
    found = {}
    for table in facts.tables().values():
        if table.looked_up:
            for row in fetch(views.connection, _known(table.name, False)):
                identity, name, artefact, locator, grade, _, acts = row
                at = name, artefact or "", locator or "", grade
                found[identity] = Piece(identity, *at, frozenset(), acts, False)
    return found


def ids_of(views: Views, use: Use, as_of: date) -> dict[str, list[str]]:
    """Subject → ids of the facts and law rows beyond its own: few of them."""
    sql = use.check.evidence_sql
    if sql is None:
        return {}
    asked = ids_query(sql, use.parameters)
    values = statement.values(sql, use.parameters, as_of.isoformat())
    return ids_by_subject(fetch(views.connection, asked, values))


def ids_query(sql: str, parameters: Mapping[str, Any]) -> str:
    """The query that gives subjects and the ids that evidence.sql finds, in order of both."""
    return (
        f"SELECT DISTINCT subject, fact FROM ({statement.complete(sql, parameters)}) AS used "
        f"WHERE fact IS NOT NULL ORDER BY subject, fact"
    )


def ids_by_subject(rows: Iterable[Sequence[Any]]) -> dict[str, list[str]]:
    """Subject → ids, from the rows of `ids_query`."""
    found: dict[str, list[str]] = {}
    for subject, fact in rows:
        found.setdefault(subject, []).append(fact)
    return found


def beside(
    rows: Iterable[Row], pieces: Iterator[tuple[str, list[Piece]]]
) -> Iterator[tuple[Row, list[Piece]]]:
    """Rows and their pieces side by side; both come in order of their subjects."""
    subject, mine = "", list[Piece]()
    for row in rows:
        while subject < row.subject:
            # the last of all texts stands for the end
            subject, mine = next(pieces, (chr(0x10FFFF) * 2, []))
        yield row, mine if subject == row.subject else []
