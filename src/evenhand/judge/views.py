"""Views that the checks look at: the evidence with the lists, and the same rewritten.

Weak rows left out, states exchanged, states renamed: all are one mechanism, a schema of views
with the tables' own names. No SQL of a check is ever touched.

Spec: DESIGN (Weak facts; What a verdict rests on).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evenhand import facts, lists, relations
from evenhand.engines import Elsewhere
from evenhand.engines.duckdb import SCHEMA, create, fetch, quoted

if TYPE_CHECKING:
    import duckdb

BASE = "base"
# Tables whose rows name somebody who could be designated, and the column that does.
NAMED = {"party": "party", "transfer": "importer", "component": "supplier", "measure": "target"}


@dataclass(frozen=True)
class Views:
    """A connection with the schema `base`: evidence and lists side by side."""

    connection: duckdb.DuckDBPyConnection
    lists: tuple[str, ...]  # lists that add rows
    elsewhere: Elsewhere | None = None  # the engine that answers checks, where it is not DuckDB

    def source(
        self, query: str, values: Mapping[str, Any], schema: str
    ) -> tuple[str, Mapping[str, Any]]:
        """What a query of a check gives over the views of `schema`, for a FROM; and the values
        that are still to be given with it.
        """
        if self.elsewhere is None:
            return f"({query})", values
        return self.elsewhere.answer(query, values, schema), {}

    def use(self, schema: str) -> None:
        """Let bare table names mean the views of this schema."""
        self.connection.execute(f"SET search_path = '{schema},main'")

    def make(self, schema: str, query: Callable[[facts.Table], str | None]) -> str:
        """A schema with a view for each table: `query` gives its SQL, None for the base view."""
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in facts.tables().values():
            sql = query(table) or f"SELECT * FROM {BASE}.{table.name}"
            self.connection.execute(f"CREATE OR REPLACE VIEW {schema}.{table.name} AS {sql}")
        relate(self.connection, schema)
        return schema

    def without_unverified(self) -> str:
        """No row that is from memory."""
        return self.make(
            "without_unverified",
            lambda t: (
                f"SELECT * FROM {BASE}.{t.name} WHERE NOT COALESCE(unverified, FALSE)"
                if "unverified" in t.columns
                else None
            ),
        )

    def without_alleged(self) -> str:
        """No row that is only alleged."""
        return self.make(
            "without_alleged",
            lambda t: f"SELECT * FROM {BASE}.{t.name} WHERE grade <> 'alleged'",
        )

    def weak_tables(self) -> tuple[set[str], set[str]]:
        """Tables that hold rows from memory, and tables that hold alleged ones."""
        unverified, alleged = set(), set()
        for table in facts.tables().values():
            name = f"{BASE}.{table.name}"
            if "unverified" in table.columns and self._any(name, "unverified"):
                unverified.add(table.name)
            if self._any(name, "grade = 'alleged'"):
                alleged.add(table.name)
        return unverified, alleged

    def settle(self) -> None:
        """Make tables of the views and of the relations over law alone: what is asked again and
        again is then planned with less. Facts are put into `base` from then on, law no more.
        """
        law = {t.name for t in facts.tables().values() if t.looked_up}
        over_law = [n for n in relations.every() if relations.reads(n) & set(facts.tables()) <= law]
        for schema, names in (
            (BASE, [*facts.tables(), *over_law]),
            ("without_unverified", [*sorted(law), *over_law]),
        ):
            self.use(schema)
            for name in names:
                rows = self.connection.sql(f"FROM {schema}.{name}").to_arrow_table()
                self.connection.execute(f"DROP VIEW {schema}.{name}")
                create(self.connection, f"{schema}.{name}", rows)
        self.use(BASE)

    def rows(self, table: str) -> int:
        """The rows of a table, those of lists with them."""
        ((number,),) = fetch(self.connection, f"SELECT count(*) FROM {BASE}.{table}")
        return int(number)

    def _any(self, name: str, condition: str) -> bool:
        query = f"SELECT 1 FROM {name} WHERE {condition} LIMIT 1"
        return bool(fetch(self.connection, query))

    def exchanged(self, schema: str, role: str, pair: tuple[str, str], mapped: bool) -> str:
        """Two states exchanged in every column of one role; `mapped`: also what they rule."""
        one, other = pair
        codes = [({one}, other), ({other}, one)]
        if mapped:
            codes = [({one} | self.ruled_by(one), other), ({other} | self.ruled_by(other), one)]

        def query(table: facts.Table) -> str | None:
            columns = [c for c, r in table.roles.items() if r == role]
            if not columns:
                return None
            changes = [f"{_swap(c, codes)} AS {c}" for c in columns]
            return f"SELECT * REPLACE ({', '.join(changes)}) FROM {BASE}.{table.name}"

        return self.make(schema, query)

    def ruled_by(self, sovereign: str) -> set[str]:
        """The territories of a sovereign, itself included."""
        query = f"SELECT territory FROM {BASE}.territory WHERE sovereign = {quoted(sovereign)}"
        return {row[0] for row in fetch(self.connection, query)}

    def nobody_designated(self) -> str:
        """No name is on any list; the lists themselves are still there."""
        empty = "SELECT * REPLACE ('' AS entity, CAST([] AS VARCHAR[]) AS aliases)"
        return self.make(
            "nobody_designated",
            lambda t: f"{empty} FROM {BASE}.{t.name}" if t.name == "designation" else None,
        )

    def everybody_designated(self) -> str:
        """Every party that the evidence names is on every list."""
        named = " UNION ".join(
            f"SELECT {column} AS somebody FROM {BASE}.{table} WHERE {column} IS NOT NULL"
            for table, column in NAMED.items()
        )
        every = (
            f"SELECT d.* REPLACE (n.somebody AS entity, CAST([] AS VARCHAR[]) AS aliases, "
            f"CAST(NULL AS DATE) AS listed_until) FROM {BASE}.designation d CROSS JOIN ({named}) n"
        )
        return self.make(
            "everybody_designated", lambda t: every if t.name == "designation" else None
        )

    def renamed(self, mapping: Mapping[str, str]) -> str:
        """Every state renamed in every column and list at once (a bijection over codes)."""
        codes = [({old}, new) for old, new in sorted(mapping.items())]

        def query(table: facts.Table) -> str | None:
            changes = [f"{_swap(c, codes)} AS {c}" for c in table.roles]
            if not changes:
                return None
            return f"SELECT * REPLACE ({', '.join(changes)}) FROM {BASE}.{table.name}"

        return self.make("renamed", query)


def _swap(column: str, codes: Iterable[tuple[set[str], str]]) -> str:
    cases = " ".join(
        f"WHEN {column} IN ({', '.join(quoted(c) for c in sorted(old))}) THEN {quoted(new)}"
        for old, new in codes
    )
    return f"CASE {cases} ELSE {column} END"


def relate(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """The relations over the views of one schema."""
    connection.execute(f"SET search_path = '{schema},main'")
    for name, sql in relations.every().items():
        connection.execute(f"CREATE OR REPLACE VIEW {schema}.{name} AS {sql}")
    connection.execute(f"SET search_path = '{BASE},main'")


def lay(connection: duckdb.DuckDBPyConnection, with_lists: bool = True) -> Views:
    """Join the lists to the evidence: given facts first, a list's row only where none is given."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {BASE}; CREATE SCHEMA IF NOT EXISTS law")
    added: dict[str, list[str]] = {}
    used = []
    for name, info in sorted(lists.every().items()) if with_lists else ():
        table = facts.tables().get(info.table)
        if table is None or not table.looked_up:
            continue
        create(connection, f"law.{name}", lists.arrow(name))
        added.setdefault(table.name, []).append(name)
        used.append(name)
    for table in facts.tables().values():
        parts = [f"SELECT * FROM {SCHEMA}.{table.name}"]
        for name in added.get(table.name, []):
            part = f"SELECT * FROM law.{name}"
            if table.key:
                (key,) = table.key
                part += f" WHERE {key} NOT IN (SELECT {key} FROM {SCHEMA}.{table.name})"
            parts.append(part)
        query = " UNION ALL BY NAME ".join(parts)
        connection.execute(f"CREATE OR REPLACE VIEW {BASE}.{table.name} AS {query}")
    relate(connection, BASE)
    return Views(connection, tuple(used))
