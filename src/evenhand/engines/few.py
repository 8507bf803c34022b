"""A few rows in SQLite: the same tables, views and answers as in DuckDB, without its long plans.

DuckDB plans each query of a check for 10 to 40 ms, however few the rows; SQLite keeps what it has
prepared. Law is copied once, facts are laid on its tables and taken away again.

Spec: SQLite 3.39 and later; docs/decisions/0011-judging-at-scale.md (A single question).
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from evenhand import facts, relations
from evenhand.engines import few_function, kind
from evenhand.engines.duckdb import fetch, quoted
from evenhand.engines.few_query import carried
from evenhand.engines.kind import NotCarried

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OLDEST = (3, 39)  # the first with FULL JOIN
BASE = "base"
# Schemas of weak rows left out: the column that tells, and the rows that are kept.
WITHOUT = {
    "without_unverified": ("unverified", "NOT COALESCE(unverified, FALSE)"),
    "without_alleged": ("grade", "grade <> 'alleged'"),
}
PREPARED = 512  # statements that stay prepared
EXPECTED = 4  # rows of a question in a table, told to the planner, which would expect a million
UNSEARCHED = frozenset({"artefact", "locator", "grade", "source", "remark", "scope"})

Fact = tuple[str, str, Any]  # id, artefact, row of the table


class Few:
    """Fact tables, empty, with the law of a DuckDB whose views are settled beside them."""

    def __init__(self, engine: DuckDBPyConnection) -> None:
        self._db = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=PREPARED
        )
        self._engine = engine
        self._made: set[str] = set()
        self._lists: dict[tuple[str, ...], str] = {}  # values → the table that holds them
        self._texts: dict[tuple[Any, ...], tuple[str, tuple[str, ...]]] = {}
        few_function.register(self._db, engine)
        self._db.execute("PRAGMA case_sensitive_like = ON")
        self._db.execute("PRAGMA trusted_schema = ON")  # views call our own functions
        for schema in (BASE, *WITHOUT):
            self._copy_law(schema)
            self._make_facts(schema)
            self._make_relations(schema)
        self._say_sizes()

    def ask(
        self, query: str, values: Mapping[str, Any], lists: Mapping[str, list[str]], schema: str
    ) -> list[tuple[Any, ...]]:
        """The rows of a query in DuckDB's SQL over the views of `schema`.

        `values` are those of its `$name`, `lists` those of its relations `p_<name>`.
        Raises NotCarried where it is not for SQLite, or SQLite not for it.
        """
        told, kinds = self._told(query, values, lists, schema)
        try:
            rows = self._db.execute(told, values).fetchall()
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise NotCarried(f"SQLite: {error}") from error
        return [tuple(map(_value, row, kinds)) for row in rows]

    def lay(self, table: str, rows: Sequence[Fact]) -> None:
        """Put facts on a table; raises NotCarried where one holds what SQLite cannot hold."""
        shape = facts.tables()[table]
        columns = shape.columns[2:]
        cells = [
            (identity, artefact, *(_cell(getattr(row, c)) for c in columns))
            for identity, artefact, row in rows
        ]
        self._insert(f"{BASE}__{table}", cells)

    def clear(self, tables: Collection[str]) -> None:
        """Take all facts off these tables."""
        for table in tables:
            self._db.execute(f"DELETE FROM {BASE}__{table}")

    def _told(
        self, query: str, values: Mapping[str, Any], lists: Mapping[str, list[str]], schema: str
    ) -> tuple[str, tuple[str, ...]]:
        """The query as SQLite is asked it, and the kinds of its columns."""
        given = tuple((name, tuple(lists[name])) for name in sorted(lists))
        of = tuple((name, type(values[name])) for name in sorted(values))
        key = query, of, given, schema
        if key not in self._texts:
            one = carried(query, values, frozenset(lists))
            mine = {f"p_{name}": self._listed(listed) for name, listed in given}
            text = one.sql(lambda name: mine.get(name) or self._name(schema, name))
            self._texts[key] = text, one.kinds
        return self._texts[key]

    def _name(self, schema: str, name: str) -> str:
        """What a table or relation is called here: a schema holds what differs in it."""
        mine = f"{schema}__{name}"
        return mine if mine in self._made else f"{BASE}__{name}"

    def _listed(self, values: tuple[str, ...]) -> str:
        if values not in self._lists:
            name = f"listed_{len(self._lists)}"
            self._make(name, ["value"], [(v,) for v in values])
            self._db.execute(f"ANALYZE {name}")
            self._lists[values] = name
        return self._lists[values]

    def _copy_law(self, schema: str) -> None:
        """Rows of lists, and relations over them, where DuckDB keeps them as tables."""
        law = {t.name for t in facts.tables().values() if t.looked_up}
        every = facts.tables().keys()
        over_law = {n for n in relations.every() if relations.reads(n) & every <= law}
        query = "SELECT table_name FROM duckdb_tables() WHERE schema_name = $schema"
        there = {name for (name,) in fetch(self._engine, query, {"schema": schema})}
        for name in sorted((law | over_law) & there):
            found = self._engine.execute(f"FROM {schema}.{name}")
            columns = [d[0] for d in found.description or ()]
            cells = [tuple(map(_cell, row)) for row in found.fetchall()]
            self._make(f"{schema}__{name}", columns, cells)
            for column in columns:
                if column not in UNSEARCHED:
                    index = f'"{schema}__{name}__{column}"'
                    self._db.execute(f'CREATE INDEX {index} ON {schema}__{name} ("{column}")')

    def _make_facts(self, schema: str) -> None:
        for table in facts.tables().values():
            name = f"{schema}__{table.name}"
            if name in self._made:
                continue
            if schema == BASE:
                self._make(name, table.columns, [])
            elif WITHOUT[schema][0] in table.columns:
                sql = f"SELECT * FROM {BASE}__{table.name} WHERE {WITHOUT[schema][1]}"
                self._view(name, sql)

    def _make_relations(self, schema: str) -> None:
        for relation, sql in relations.every().items():
            name = f"{schema}__{relation}"
            if name not in self._made:
                one = carried(sql, {}, frozenset())
                self._view(name, one.sql(lambda n: self._name(schema, n)))

    def _make(self, name: str, columns: Sequence[str], cells: Sequence[tuple[Any, ...]]) -> None:
        # columns of no type: values stay what they are
        named = ", ".join(f'"{c}"' for c in columns)
        self._db.execute(f"CREATE TABLE {name} ({named})")
        self._made.add(name)
        self._insert(name, cells)

    def _view(self, name: str, sql: str) -> None:
        self._db.execute(f"CREATE VIEW {name} AS {sql}")
        self._made.add(name)

    def _insert(self, name: str, cells: Sequence[tuple[Any, ...]]) -> None:
        if cells:
            marks = ", ".join("?" * len(cells[0]))
            try:
                self._db.executemany(f"INSERT INTO {name} VALUES ({marks})", cells)
            except (sqlite3.Error, OverflowError, UnicodeError) as error:
                raise NotCarried(f"SQLite: {error}") from error

    def _say_sizes(self) -> None:
        self._db.execute("ANALYZE")
        for table in facts.tables().values():
            name = f"{BASE}__{table.name}"
            if not table.looked_up:
                told = f"({quoted(name)}, NULL, '{EXPECTED}')"
                self._db.execute(f"INSERT INTO sqlite_stat1 VALUES {told}")
        self._db.execute("ANALYZE sqlite_schema")


def _cell(value: Any) -> Any:
    """A value as it lies in SQLite; raises NotCarried where it would become another there."""
    match value:
        case None | int():
            return value
        case str():
            if "\0" in value:
                raise NotCarried("a text that holds the letter NUL")
            return value
        case datetime():
            known = value if value.tzinfo is None else value.astimezone(UTC)
            return known.replace(tzinfo=None).isoformat(" ", "microseconds")
        case date():
            return value.isoformat()
        case float() if math.isfinite(value):
            return value
        case list() | tuple():
            return json.dumps([_cell(v) for v in value], ensure_ascii=False)
    raise NotCarried(f"a value that SQLite cannot hold: {value!r:.80}")


def _value(value: Any, of: str) -> Any:
    """A value of SQLite as one of this kind."""
    if value is None or of in (kind.TEXT, kind.WHOLE, kind.FRACTION, kind.NOTHING):
        return value
    if of == kind.TRUTH:
        return bool(value)
    if of == kind.DAY:
        return date.fromisoformat(value)
    raise NotCarried(f"a query that gives a {of}")
