"""Candidates: which single values of the facts behind a verdict might be another, and which.

What is tried is drawn from what the check compares with: its parameters, the words of its SQL,
the days and numbers around, the values that the same column has elsewhere in the evidence.

Spec: DESIGN, contract of the command line (explain: the smallest change of facts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from evenhand import facts, relations
from evenhand.engines.duckdb import fetch, one_of, quoted
from evenhand.judge.piece import Piece
from evenhand.judge.rulebook import Clause
from evenhand.judge.run import Run
from evenhand.judge.statement import through_relations
from evenhand.judge.views import BASE

VALUES = 12  # values that are tried of one cell
ROWS = 3  # rows of one table that are changed
ELSEWHERE = 6  # values of the same column in other rows
SECOND = (timedelta(0), timedelta(seconds=1))
Days = list[date]


class Change(NamedTuple):
    """One value of one row changed, or a further row like it with another value."""

    table: str
    fact: str
    column: str
    before: Any
    after: Any
    added: bool = False

    @property
    def cell(self) -> tuple[str, str, bool]:
        """What it changes; two changes of one cell are no pair."""
        return self.fact, self.column, self.added


class _Given(NamedTuple):
    """What values are drawn from."""

    run: Run
    words: tuple[str, ...]  # of parameters and of the SQL
    states: tuple[str, ...]
    days: tuple[date, ...]
    moments: tuple[datetime, ...]
    numbers: tuple[int, ...]
    near: Mapping[str, tuple[Any, ...]]  # column → what the facts behind the verdict hold in it


def changes(run: Run, clause: Clause, pieces: Sequence[Piece]) -> Iterator[Change]:
    """Single changes of the facts behind a subject: what somebody says before what was seen, the
    subject's own fact before others; no row of a list that ships is changed.
    """
    rows = list(_rows(run, pieces))
    given = _given(run, clause, [values for _, values in rows])
    for seen in (False, True):
        for piece, values in rows:
            if (piece.grade == "observed") is not seen:
                continue
            for change in _of_row(given, piece, values):
                yield change
                if not seen and not piece.own and isinstance(change.after, str):
                    yield change._replace(added=True)


def _of_row(given: _Given, piece: Piece, values: Mapping[str, Any]) -> Iterator[Change]:
    table = facts.tables()[piece.table]
    for column in _columns(given.run, piece.table):
        for value in _values(given, table, column, values[column]):
            yield Change(piece.table, piece.fact, column, values[column], value)


def _rows(run: Run, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, dict[str, Any]]]:
    taken: dict[str, int] = {}
    for piece in sorted(pieces, key=lambda p: (p.grade == "observed", not p.own)):
        taken[piece.table] = taken.get(piece.table, 0) + 1
        if piece.law or taken[piece.table] > ROWS:
            continue
        kinds = facts.tables()[piece.table].types
        columns = [c for c in facts.tables()[piece.table].columns if kinds[c] is not dict]
        # a moment as one without a zone: all are UTC
        listed = (
            f'CAST("{c}" AS TIMESTAMP)' if kinds[c] is datetime else f'"{c}"' for c in columns
        )
        query = f"SELECT {', '.join(listed)} FROM {BASE}.{piece.table} WHERE id = "
        for cells in fetch(run.views.connection, query + quoted(piece.fact)):
            yield piece, dict(zip(columns, cells, strict=True))


def _columns(run: Run, name: str) -> list[str]:
    """The columns of a table that the check looks at; its grade, too, as the judge does."""
    words = set(re.findall(r"[a-z_0-9]+", _sql(run)))
    table = facts.tables()[name]
    shared = set(facts.SHARED) - {"grade"}
    wanted = words | {"grade", table.actor}
    return [
        c for c in table.columns if c in wanted and c not in shared and table.types[c] is not dict
    ]


def _sql(run: Run) -> str:
    """The check's SQL with that of the relations in it."""
    sql = run.use.check.sql
    named = relations.named(sql) & set(relations.every())
    deeper = {r for n in named for r in relations.reads(n) if r in relations.every()}
    return "\n".join([sql, *(relations.every()[n] for n in sorted(named | deeper))])


def _given(run: Run, clause: Clause, rows: Sequence[dict[str, Any]]) -> _Given:
    parameters = [
        p for v in run.use.parameters.values() for p in (v if isinstance(v, list) else [v])
    ]
    said = [part.strip() for p in parameters if isinstance(p, str) for part in p.split("|")]
    words = re.findall(r"'([A-Za-z][\w /-]{1,80})'", re.sub(r"--[^\n]*", "", _sql(run)))
    days = [v for row in rows for v in row.values() if type(v) is date]
    days += [run.as_of, *(d for d in (clause.since, clause.until) if d), *_as_days(said)]
    moments = tuple(v for row in rows for v in row.values() if isinstance(v, datetime))
    numbers = sorted({p for p in parameters if isinstance(p, int)})
    states = tuple(_states(run, said, rows))
    near: dict[str, tuple[Any, ...]] = {}
    for column, value in (cell for row in rows for cell in row.items() if cell[1] is not None):
        near[column] = (*near.get(column, ()), value)
    texts = tuple(dict.fromkeys([*said, *words]))
    return _Given(run, texts, states, tuple(days), moments, tuple(numbers), near)


def _as_days(words: Iterable[str]) -> Days:
    return [date.fromisoformat(w) for w in words if re.fullmatch(r"\d{4}-\d\d-\d\d", w)]


def _states(run: Run, said: Sequence[str], rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Codes of the parameters, of the rows, of groups and agreements that are named, and of
    territories that nobody named.
    """
    connection = run.views.connection
    known = dict(fetch(connection, f"SELECT territory, sovereign FROM {BASE}.territory"))
    yield from (v for row in rows for v in row.values() if isinstance(v, str) and v in known)
    yield from (w for w in said if w in known)
    named = one_of(said)
    queries = (
        f"SELECT min(state) FROM {BASE}.membership WHERE state_group IN {named} "
        f"GROUP BY state_group",
        f"SELECT DISTINCT state_b FROM {BASE}.agreement WHERE agreement IN {named} "
        f"OR type IN {named} ORDER BY 1 LIMIT {ELSEWHERE}",
    )
    for query in queries:
        yield from (row[0] for row in fetch(connection, query) if row[0] in known)
    yield from sorted(set(known) - set(said))[:2]


def _values(given: _Given, table: facts.Table, column: str, now: Any) -> list[Any]:
    """Other values of a cell, the nearest first; none last."""
    kind = table.types[column]
    if column == "grade":
        return ["declared"] if now == "alleged" else []
    found: list[Any]
    if kind is bool:
        found = [True, False]
    elif kind is date:
        found = _near(_shifted(given.days, given.numbers), now)
    elif kind is datetime:
        found = _near(_moments(given), now)
    elif kind in (int, float):
        around = [n + step for n in given.numbers for step in (-1, 0, 1)]
        found = _near(around, now)
    elif kind is list:
        found = [[*(now or []), w] for w in given.words[:ELSEWHERE]]
        found += [[]] if now else []
    elif column in table.roles:
        found = [*_alike(given, table.name, column), *given.states]
    else:
        found = [*_alike(given, table.name, column), *given.words]
    other = [v for v in dict.fromkeys(map(_hashable, found)) if v != _hashable(now)]
    values = [list(v) if isinstance(v, tuple) else v for v in other[:VALUES]]
    return values if now is None or column in table.required else [*values, None]


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _shifted(days: Iterable[date], numbers: Sequence[int]) -> Days:
    """Days, those around them, and those a clock later or earlier."""
    clocks = (0, *(n for n in numbers if abs(n) < 36_600))
    steps = sorted({sign * n + one for n in clocks for sign in (-1, 1) for one in (-1, 0, 1)})
    first, last = date.min.toordinal(), date.max.toordinal()
    places = {day.toordinal() + step for day in days for step in steps}
    return [date.fromordinal(place) for place in sorted(places) if first <= place <= last]


def _moments(given: _Given) -> list[datetime]:
    """Moments of the rows, and those a clock of hours or days later or earlier."""
    clocks = [timedelta(hours=n * u) for n in given.numbers if abs(n) < 36_600 for u in (1, 24)]
    steps = [sign * (c + e) for c in (timedelta(0), *clocks) for e in SECOND for sign in (-1, 1)]
    return [
        moment + step
        for moment in given.moments
        for step in steps
        if datetime.min <= moment and abs(step) < min(moment - datetime.min, datetime.max - moment)
    ]


def _near(values: Iterable[Any], now: Any) -> list[Any]:
    return (
        sorted(set(values), key=lambda v: (abs(v - now), v))
        if now is not None
        else sorted(set(values))
    )


def _alike(given: _Given, table: str, column: str) -> list[Any]:
    """What columns of this name hold: in the facts behind the verdict, then elsewhere."""
    return [*given.near.get(column, ()), *_elsewhere(given.run, table, column)]


def _elsewhere(run: Run, table: str, column: str) -> list[Any]:
    """What the columns of this name hold in the evidence that the check reads."""
    found = []
    for name in sorted(through_relations(set(run.use.check.reads)), key=lambda n: n != table):
        if column in facts.tables()[name].columns:
            query = (
                f'SELECT DISTINCT "{column}" FROM {BASE}.{name} WHERE "{column}" IS NOT NULL '
                f"ORDER BY 1 LIMIT {ELSEWHERE}"
            )
            found += [row[0] for row in fetch(run.views.connection, query)]
    return found
