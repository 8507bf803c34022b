"""DuckDB: the default engine and the reference.

Spec: SQL:2016 three-valued logic; DuckDB >= 1.5, < 3.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import facts, stored

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MIB = 1 << 20
LEAST, MOST = 512 * MIB, 2048 * MIB  # memory of the engine; EVENHAND_MEMORY says another
SCHEMA = "evidence"
# what a column of a fact table is here; the same as its Arrow type (`Table.schema`) becomes
TYPES: Mapping[type, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP WITH TIME ZONE",
    list: "VARCHAR[]",
    dict: "MAP(VARCHAR, BIGINT)",
}
FETCHED = 10_000  # rows that are in Python at a time
ALONE = 2_000_000  # rows of all tables up to which one thread has less to do than several


def memory() -> str:
    """What the engine may hold before it spills to disk: an eighth of the machine's memory, within
    bounds. More is a matter of speed alone: nothing that is found depends on it.
    """
    given = os.environ.get("EVENHAND_MEMORY")
    if given:
        return given
    eighth = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 8
    return f"{min(max(eighth, LEAST), MOST) // MIB}MiB"


def connect(folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory with the schema `evidence` and nothing in it.

    `folder` is the one folder that it may read from and write to. What does not fit into memory
    goes to a folder of its own, which nobody else can read and which goes with the connection.
    """
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory(),
            # nothing of it reaches a disk: compressing tables at a checkpoint would be for nothing
            "checkpoint_threshold": "1TB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    spill = tempfile.mkdtemp(prefix="evenhand-")
    weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    connection.execute(f"SET temp_directory = {quoted(spill)}")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    allowed = ", ".join(quoted(f"{one}/") for one in (spill, folder) if one is not None)
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute(f"CREATE SCHEMA {SCHEMA}; SET schema = '{SCHEMA}'")
    return connection


@contextlib.contextmanager
def unhurried(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One thread inside, where the tables are small: several take more processor time for them,
    and each holds rows of its own. What is found does not depend on it.
    """
    rows = "SELECT coalesce(sum(estimated_size), 0) FROM duckdb_tables()"
    small = fetch(connection, rows)[0][0] + stored.rows(connection) <= ALONE
    if small:
        connection.execute("SET threads = 1")
    try:
        yield
    finally:
        if small:
            connection.execute("RESET threads")


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """No file and no network from now on: what runs next may be somebody else's SQL."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every fact table, empty."""
    made = []
    for table in facts.tables().values():
        columns = ", ".join(f'"{c}" {TYPES[table.types[c]]}' for c in table.columns)
        made.append(f"CREATE TABLE {SCHEMA}.{table.name} ({columns});")
    connection.execute(f"BEGIN; {' '.join(made)} COMMIT")


def empty(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Fact tables that are known to hold no row, without a look into them."""
    query = (
        f"SELECT table_name FROM duckdb_tables() "
        f"WHERE schema_name = '{SCHEMA}' AND estimated_size = 0"
    )
    return frozenset(name for (name,) in fetch(connection, query))


def create(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """A table with these rows."""
    connection.register("incoming", rows)
    connection.execute(f"CREATE TABLE {name} AS FROM incoming")
    connection.unregister("incoming")


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Any, schema: str = SCHEMA
) -> None:
    """Append Arrow rows (a table or a stream reader) to a fact table, columns by name."""
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {schema}.{table} BY NAME FROM incoming")
    connection.unregister("incoming")


def fetch(
    connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    rows: list[tuple[Any, ...]] = connection.execute(query, values or {}).fetchall()
    return rows


def stream(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    schema: str,
    values: Mapping[str, Any] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a part of them in Python at a time; others may run meanwhile.

    Bare names mean the tables of `schema`: a cursor does not share the connection's own path.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = '{schema},main'")
        found = cursor.execute(query, values or {})
        while rows := found.fetchmany(FETCHED):
            yield from rows


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literal(value: str | int | bool | None) -> str:
    """A value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else quoted(value)


def one_of(values: Sequence[str]) -> str:
    """`('a', 'b')` for an IN; never empty."""
    return "(" + ", ".join(quoted(v) for v in values or [""]) + ")"
