"""Tables that the facts of a question lie on while checks are asked: SQLite's, else DuckDB's.

SQLite answers what can be carried over to it. What cannot, by its text or by its values, DuckDB
answers, which has the last word on all meanings.

Spec: docs/decisions/0011-judging-at-scale.md (A single question).
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from evenhand.engines.few import OLDEST, Fact, Few
from evenhand.engines.kind import NotCarried
from evenhand.evidence import insert_rows
from evenhand.judge import statement
from evenhand.judge.piece import ids_by_subject, ids_of, ids_query
from evenhand.judge.rulebook import Use
from evenhand.judge.run import Row, outcome_query, outcomes, rows_of
from evenhand.judge.views import BASE, Views

NOTES = logging.getLogger(__name__)
MOST = 200  # rows up to which SQLite is the faster; its joins go row by row


class Tables:
    """Law laid out on both engines, and the facts of one question at a time."""

    def __init__(self, views: Views, as_of: date) -> None:
        self._views, self._as_of = views, as_of
        self._few = Few(views.connection) if sqlite3.sqlite_version_info >= OLDEST else None
        self._facts: Mapping[str, Sequence[Fact]] = {}
        self._ready = False  # SQLite holds the facts
        self._other = False  # DuckDB does
        self._noted: set[str] = set()

    @contextlib.contextmanager
    def laid(self, facts: Mapping[str, Sequence[Fact]]) -> Iterator[None]:
        """The facts by table, on the tables until the end of the block."""
        self._facts, self._other = facts, False
        try:
            self._ready = self._lay_few()
            yield
        finally:
            if self._few is not None:
                self._few.clear(facts)
            if self._other:
                for table in facts:
                    self._views.connection.execute(f"DELETE FROM {BASE}.{table}")

    def outcomes(self, use: Use, schema: str) -> list[Row]:
        """The rows of a check over the views of `schema`, in order of their subjects."""
        query = f"{outcome_query(use.check, {})} ORDER BY subject"
        found = self._ask(query, use.check.sql, use, schema)
        if found is not None:
            return rows_of(use.check, found)
        return outcomes(self._views, use, self._as_of, schema)

    def ids(self, use: Use) -> dict[str, list[str]]:
        """Subject → ids of the facts and law rows beyond its own."""
        sql = use.check.evidence_sql
        if sql is None:
            return {}
        found = self._ask(ids_query(sql, {}), sql, use, BASE)
        return ids_of(self._views, use, self._as_of) if found is None else ids_by_subject(found)

    def _ask(self, query: str, sql: str, use: Use, schema: str) -> list[tuple[Any, ...]] | None:
        """What SQLite answers; None where DuckDB has to, which then holds the facts."""
        if self._ready and self._few is not None:
            values = statement.values(sql, use.parameters, self._as_of.isoformat())
            lists = {n: v for n, v in use.parameters.items() if isinstance(v, list)}
            try:
                return self._few.ask(query, values, lists, schema)
            except NotCarried as error:
                self._note(f"checks/{use.check.name}", error)
        if not self._other:
            self._other = True
            for table, entries in self._facts.items():
                insert_rows(self._views.connection, table, entries, BASE)
        return None

    def _lay_few(self) -> bool:
        if self._few is None or sum(map(len, self._facts.values())) > MOST:
            return False
        try:
            for table, entries in self._facts.items():
                self._few.lay(table, entries)
        except NotCarried as error:
            self._note("a question", error)
            return False
        return True

    def _note(self, what: str, error: NotCarried) -> None:
        """Say once what DuckDB answers in place of SQLite, and why."""
        if what not in self._noted:
            self._noted.add(what)
            NOTES.debug("%s: answered by DuckDB: %s", what, error)
