"""Running a check: its SQL over a set of views, its outcome by three-valued logic.

What a run finds stays in the engine, a table for each run: Python holds the rows that somebody
asks for, a part at a time.

Spec: DESIGN (A check, a rulebook; Weak facts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from evenhand.engines.duckdb import fetch, one_of, stream
from evenhand.errors import UserError
from evenhand.judge import statement
from evenhand.judge.check import SUBJECT_COLUMNS, Check
from evenhand.judge.expression import Value
from evenhand.judge.result import OUTCOMES
from evenhand.judge.rulebook import Use
from evenhand.judge.views import BASE, Views

if TYPE_CHECKING:
    import duckdb

SHOWN_EVIDENCE = 20  # pieces of evidence that a verdict lists; the rest are counted
SCHEMA = "judged"  # tables that runs make
DECIDED = ("holds", "broken")

T = TypeVar("T")


class Row(NamedTuple):
    """One subject of one check, judged."""

    subject: str
    on_day: date | None
    fact: str | None
    conditions: Mapping[str, Value]
    outcome: str
    weak: str | None = None  # `unverified` or `alleged`, where the outcome would rest on such
    root: str | None = None  # what the outcome rests on, where that was asked


@dataclass(frozen=True)
class Run:
    """A check run once with its parameters: the table that it gave, and those that go with it."""

    use: Use
    views: Views
    as_of: date
    table: str
    size: int  # subjects
    weak: str | None = None  # table (subject, why), where some are weak
    root: str | None = None  # table (subject, root), where some rest on more than conduct

    @property
    def source(self) -> str:
        """The run's rows with what weakens them and what they rest on, for a FROM."""
        weak = f"LEFT JOIN {self.weak} AS w USING (subject)" if self.weak else ""
        root = f"LEFT JOIN {self.root} AS o USING (subject)" if self.root else ""
        return f"{self.table} AS r {weak} {root}"

    @property
    def columns(self) -> str:
        """The columns of a `Row` over `source`, the conditions last."""
        weak, root = "w.why" if self.weak else "NULL", "o.root" if self.root else "NULL"
        names = ", ".join(f'r."{c}"' for c in self.use.check.conditions)
        return f"r.subject, r.on_day, r.fact, r.outcome, {weak}, {root}, {names}"

    def row(self, cells: Sequence[Any]) -> Row:
        """A row from the values of `columns`."""
        subject, day, fact, outcome, weak, root, *values = cells
        names = self.use.check.conditions
        return Row(subject, day, fact, dict(zip(names, values, strict=True)), outcome, weak, root)

    def rows(self, where: str = "TRUE", limit: int | None = None) -> Iterator[Row]:
        """Rows in order of their subjects, all or the first ones."""
        if self.size:
            query = f"SELECT {self.columns} FROM {self.source} WHERE {where} ORDER BY r.subject"
            query += f" LIMIT {limit}" if limit is not None else ""
            yield from map(self.row, stream(self.views.connection, query, BASE))


def outcomes(views: Views, use: Use, as_of: date, schema: str) -> list[Row]:
    """The rows of a check over the views of `schema`, in order of their subjects: few of them."""
    query = "FROM {} ORDER BY subject"
    found = _asked(
        views, use, as_of, schema, lambda given, v: fetch(views.connection, query.format(given), v)
    )
    return rows_of(use.check, found)


def rows_of(check: Check, found: Iterable[Sequence[Any]]) -> list[Row]:
    """The rows that `outcome_query` gave, in order of their subjects."""
    names = list(check.conditions)
    rows = [
        Row(subject, day, fact, dict(zip(names, conditions, strict=True)), outcome)
        for subject, day, fact, outcome, *conditions in found
    ]
    for one, other in pairwise(rows):
        if one.subject == other.subject:
            raise _twice(check, one.subject)
    return rows


def outcome_query(check: Check, parameters: Mapping[str, Any]) -> str:
    """The query that gives subjects, their outcome and their conditions."""
    conditions = ", ".join(f'"{c}"' for c in check.conditions)
    applies, holds = check.applies.sql(), check.holds.sql()
    return (
        f"SELECT {', '.join(SUBJECT_COLUMNS)}, CASE "
        f"WHEN {applies} IS NULL THEN 'not shown' WHEN NOT {applies} THEN 'not applicable' "
        f"WHEN {holds} IS NULL THEN 'not shown' WHEN {holds} THEN 'holds' ELSE 'broken' END "
        f"AS outcome, {conditions} FROM ({statement.complete(check.sql, parameters)}) AS judged"
    )


def _asked(
    views: Views,
    use: Use,
    as_of: date,
    schema: str,
    ask: Callable[[str, Mapping[str, Any]], T],
) -> T:
    """What `ask` gives of the check's outcomes over the views of `schema`: it is given them as
    what follows FROM, and the values that go with it.
    """
    import duckdb

    values = statement.values(use.check.sql, use.parameters, as_of.isoformat())
    views.use(schema)
    try:
        return ask(*views.source(outcome_query(use.check, use.parameters), values, schema))
    except duckdb.Error as error:
        raise UserError(f"checks/{use.check.name}/check.sql: {error}") from error
    finally:
        views.use(BASE)


def _twice(check: Check, subject: str) -> UserError:
    return UserError(f"checks/{check.name}/check.sql: two rows for {subject}")


def run(
    views: Views, use: Use, as_of: date, weak_tables: tuple[set[str], set[str]], name: str = "one"
) -> Run:
    """Run a check into the table `name`, and run it again without weak rows where it reads tables
    that hold some.
    """
    connection, table = views.connection, f"{SCHEMA}.{name}"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    change = f"CAST(outcome AS ENUM {OUTCOMES}) AS outcome"
    made = "TABLE" if views.elsewhere is None else "VIEW"  # what came from elsewhere is kept there
    query = f"CREATE OR REPLACE {made} {table} AS SELECT * REPLACE ({change}) FROM {{}}"
    _asked(
        views,
        use,
        as_of,
        BASE,
        lambda given, values: connection.execute(query.format(given), values),
    )
    one = Run(use, views, as_of, table, _count_once(connection, use.check, table))
    unverified, alleged = weak_tables
    weaker = []
    if use.check.reads & unverified:
        weaker.append((changed(one, "without_unverified", DECIDED), "unverified"))
    if use.check.reads & alleged:
        weaker.append((changed(one, "without_alleged", ("broken",)), "alleged"))
    return replace(one, weak=_labelled(connection, f"{table}_weak", "why", weaker))


def _count_once(connection: duckdb.DuckDBPyConnection, check: Check, table: str) -> int:
    """The number of subjects; raises UserError where one stands twice."""
    # equal subjects have equal hashes: only where two hashes are equal is it worth a closer look
    query = f"SELECT count(*), count(DISTINCT hash(subject)) FROM {table}"
    ((size, different),) = fetch(connection, query)
    if size != different:
        query = f"SELECT subject FROM {table} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
        for (subject,) in fetch(connection, query):
            raise _twice(check, subject)
    return int(size)


def changed(one: Run, schema: str, of: Sequence[str]) -> str | None:
    """A table of the subjects with one of these outcomes that have another over other views.

    Most often nothing changes, and then sums of hashes agree, at a third of what a join costs.
    """
    connection, table, other = one.views.connection, f"{one.table}_{schema}", f"{one.table}_other"
    told = (
        f"SELECT count(*), sum(hash(subject, outcome)), bit_xor(hash(outcome, subject)) "
        f"FROM {{}} WHERE outcome IN {one_of(of)}"
    )
    before = fetch(connection, told.format(one.table))
    if not before[0][0]:
        return None
    # both sides hold these outcomes alone: what has to be compared is as small as it can be
    query = (
        f"CREATE OR REPLACE TABLE {other} AS "
        f"SELECT subject, CAST(outcome AS ENUM {OUTCOMES}) AS outcome FROM {{}} "
        f"WHERE outcome IN {one_of(of)}"
    )
    _asked(
        one.views,
        one.use,
        one.as_of,
        schema,
        lambda given, values: connection.execute(query.format(given), values),
    )
    same = before == fetch(connection, told.format(other))
    if not same:
        connection.execute(
            f"CREATE OR REPLACE TABLE {table} AS "
            f"SELECT subject FROM {one.table} AS r WHERE outcome IN {one_of(of)} AND NOT EXISTS ("
            f"SELECT 1 FROM {other} AS other "
            f"WHERE other.subject = r.subject AND other.outcome = r.outcome)"
        )
    connection.execute(f"DROP TABLE {other}")
    return None if same else table


def _labelled(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    column: str,
    parts: Sequence[tuple[str | None, str]],
) -> str | None:
    """One table of subjects, each with the label of the last of the tables that it stands in."""
    there = [(table, label) for table, label in parts if table is not None]
    if not there:
        return None
    every = " UNION ALL ".join(
        f"SELECT subject, '{label}' AS label, {number} AS place FROM {table}"
        for number, (table, label) in enumerate(there)
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {name} AS "
        f"SELECT subject, arg_max(label, place) AS {column} FROM ({every}) GROUP BY subject"
    )
    for table in dict.fromkeys(table for table, _ in there):
        connection.execute(f"DROP TABLE {table}")
    return name


def with_roots(one: Run, parts: Sequence[tuple[str | None, str]]) -> Run:
    """The run with what its outcomes rest on, told by tables of subjects, the strongest last."""
    name = _labelled(one.views.connection, f"{one.table}_root", "root", parts)
    return replace(one, root=name)
