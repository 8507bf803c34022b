"""Rows of the lists that speak of what was met, taken into the evidence.

Spec: docs/decisions/0018-owners-and-places.md.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from evenhand import lists

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def take(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, wanted: Collection[str]
) -> None:
    """Rows of the list of a table for these keys, where no facts file gave one."""
    given = {k for (k,) in connection.execute(f"SELECT {key} FROM {table}").fetchall()}
    missing = set(wanted) - given
    if missing:
        insert(connection, table, lists.some(table, key, missing))


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append Arrow rows to a table, columns by name."""
    connection.register("enriched", rows)
    connection.execute(f"INSERT INTO {table} BY NAME FROM enriched")
    connection.unregister("enriched")
