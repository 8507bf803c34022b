"""Views that the checks look at: the evidence with the lists, and the same rewritten.

Weak rows left out, states exchanged, states renamed: all are one mechanism, a schema of views
with the tables' own names. No SQL of a check is ever touched.

Spec: DESIGN (Weak facts; What a verdict rests on).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evenhand import facts, lists, relations
from evenhand.engines import Elsewhere
from evenhand.engines.duckdb import SCHEMA, create, empty, fetch, quoted

if TYPE_CHECKING:
    import duckdb

BASE = "base"
GIVEN_LAW = 1_000  # rows of law in the evidence up to which law is laid out as tables
KEPT = 500_000  # rows of a relation over evidence up to which it is worked out once, and kept
# Tables whose rows name somebody who could be designated, and the column that does.
NAMED = {"party": "party", "transfer": "importer", "component": "supplier", "measure": "target"}


@dataclass(frozen=True)
class Views:
    """A connection with the schema `base`: evidence and lists side by side."""

    connection: duckdb.DuckDBPyConnection
    lists: tuple[str, ...]  # lists that add rows
    elsewhere: Elsewhere | None = None  # the engine that answers checks, where it is not DuckDB
    fixed: bool = False  # law changes no more: what is over law alone is made once, as a table

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
        """Let bare table names mean the views of this schema, and else those of the base."""
        self.connection.execute(f"SET search_path = '{schema},{BASE},main'")

    def make(self, schema: str, query: Callable[[facts.Table], str | None]) -> str:
        """A schema of what differs: `query` gives a table's SQL, None where it is as in the base.

        Another engine does not look into the base behind a schema: it is given every table.
        """
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        made = set()
        for table in facts.tables().values():
            sql = query(table)
            if sql is not None or self.elsewhere is not None:
                sql = sql or f"SELECT * FROM {BASE}.{table.name}"
                self.connection.execute(f"CREATE OR REPLACE VIEW {schema}.{table.name} AS {sql}")
                made.add(table.name)
        self.relate(schema, made)
        return schema

    def relate(self, schema: str, made: Collection[str]) -> None:
        """The relations that read one of these tables of a schema."""
        law = {t.name for t in facts.tables().values() if t.looked_up}
        self.use(schema)
        for name, sql in relations.every().items():
            reads = relations.reads(name) & facts.tables().keys()
            if reads & set(made):
                kind = "TABLE" if self.fixed and reads <= law else "VIEW"
                self.connection.execute(f"CREATE OR REPLACE {kind} {schema}.{name} AS {sql}")
        self.use(BASE)

    def keep(self, names: Collection[str]) -> None:
        """Work out these relations once, where they are small, for all checks that look into them.

        For the base and for what is without weak rows: the views are rewritten, and what they
        show is as it was. Only for as long as the evidence stays as it is.
        """
        if self.elsewhere is not None:
            return
        law = {t.name for t in facts.tables().values() if t.looked_up}
        wanted = [n for n in relations.every() if n in names and not self._over(n) <= law]
        query = "SELECT schema_name, view_name FROM duckdb_views()"
        there = set(fetch(self.connection, query))
        for schema in (BASE, "without_unverified", "without_alleged"):
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS kept_{schema}")
            self.use(schema)
            for name in (n for n in wanted if (schema, n) in there):
                table = f"kept_{schema}.{name}"
                self.connection.execute(
                    f"CREATE OR REPLACE TABLE {table} AS FROM {schema}.{name} LIMIT {KEPT + 1}"
                )
                ((size,),) = fetch(self.connection, f"SELECT count(*) FROM {table}")
                if size > KEPT:
                    self.connection.execute(f"DROP TABLE {table}")
                else:
                    self.connection.execute(
                        f"CREATE OR REPLACE VIEW {schema}.{name} AS FROM {table}"
                    )
        self.use(BASE)

    @staticmethod
    def _over(relation: str) -> frozenset[str]:
        return relations.reads(relation) & facts.tables().keys()

    def without_unverified(self, tables: Collection[str] | None = None) -> str:
        """No row that is from memory; `tables` are those that hold such rows (None: any may)."""
        return self.make(
            "without_unverified",
            lambda t: (
                f"SELECT * FROM {BASE}.{t.name} WHERE NOT COALESCE(unverified, FALSE)"
                if "unverified" in t.columns and (tables is None or t.name in tables)
                else None
            ),
        )

    def without_alleged(self, tables: Collection[str] | None = None) -> str:
        """No row that is only alleged; `tables` are those that hold such rows (None: any may)."""
        return self.make(
            "without_alleged",
            lambda t: (
                f"SELECT * FROM {BASE}.{t.name} WHERE grade <> 'alleged'"
                if tables is None or t.name in tables
                else None
            ),
        )

    def weak_tables(self) -> tuple[set[str], set[str]]:
        """Tables that hold rows from memory, and tables that hold alleged ones."""
        found: dict[str, set[str]] = {"unverified": set(), "grade = 'alleged'": set()}
        asked = [
            f"(SELECT '{name}', {quoted(weak)} FROM {BASE}.{name} WHERE {weak} LIMIT 1)"
            for name in sorted(self.filled())
            for weak in found
            if weak.split()[0] in facts.tables()[name].columns
        ]
        for name, weak in fetch(self.connection, " UNION ALL ".join(asked)) if asked else ():
            found[weak].add(name)
        return found["unverified"], found["grade = 'alleged'"]

    def filled(self) -> frozenset[str]:
        """The tables that hold a row, those of lists with them."""
        nothing = empty(self.connection)
        asked = [
            f"(SELECT '{table.name}' FROM {BASE}.{table.name} LIMIT 1)"
            for table in facts.tables().values()
            if table.looked_up or table.name not in nothing
        ]
        return frozenset(name for (name,) in fetch(self.connection, " UNION ALL ".join(asked)))

    def settle(self) -> None:
        """Make tables of the views: what is asked again and again is then planned with less.

        Facts may be put into `base` from then on, weak ones too; law no more.
        """
        law = {t.name for t in facts.tables().values() if t.looked_up}
        every = facts.tables().keys()
        over_law = {n for n in relations.every() if relations.reads(n) & every <= law}
        self.relate(BASE, every - law)  # what was kept would not follow the facts
        self.without_unverified()
        self.without_alleged()
        for schema, names in ((BASE, every | over_law), ("without_unverified", law | over_law)):
            query = "SELECT view_name FROM duckdb_views() WHERE schema_name = $schema"
            views = {name for (name,) in fetch(self.connection, query, {"schema": schema})}
            for name in sorted(names & views):
                rows = self.connection.sql(f"FROM {schema}.{name}").to_arrow_table()
                self.connection.execute(f"DROP VIEW {schema}.{name}")
                create(self.connection, f"{schema}.{name}", rows)
        self.use(BASE)

    def rows(self, table: str) -> int:
        """The rows of a table, those of lists with them."""
        ((number,),) = fetch(self.connection, f"SELECT count(*) FROM {BASE}.{table}")
        return int(number)

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


def lay(connection: duckdb.DuckDBPyConnection, with_lists: bool = True) -> Views:
    """Join the lists to the evidence: given facts first, a list's row only where none is given.

    With lists, law is laid out as tables, so that plans know how little it is, and the relations
    over it are worked out once; not where much law is given, of which most may not be asked for.
    """
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {BASE}; CREATE SCHEMA IF NOT EXISTS law")
    law = [t for t in facts.tables().values() if t.looked_up]
    added: dict[str, list[str]] = {t.name: [] for t in law}
    used = []
    for name, info in sorted(lists.every().items()) if with_lists else ():
        if info.table in added:
            create(connection, f"law.{name}", lists.arrow(name))
            added[info.table].append(name)
            used.append(name)
    given = " + ".join(f"(SELECT count(*) FROM {SCHEMA}.{t.name})" for t in law)
    fixed = with_lists and fetch(connection, f"SELECT {given}")[0][0] <= GIVEN_LAW
    for table in facts.tables().values():
        parts = [f"SELECT * FROM {SCHEMA}.{table.name}"]
        for name in added.get(table.name, ()):
            part = f"SELECT * FROM law.{name}"
            if table.key:
                (key,) = table.key
                part += f" WHERE {key} NOT IN (SELECT {key} FROM {SCHEMA}.{table.name})"
            parts.append(part)
        query = " UNION ALL BY NAME ".join(parts)
        kind = "TABLE" if fixed and table.looked_up else "VIEW"
        connection.execute(f"CREATE OR REPLACE {kind} {BASE}.{table.name} AS {query}")
    views = Views(connection, tuple(used), fixed=fixed)
    views.relate(BASE, facts.tables().keys())
    return views
