"""Rows that an enrichment step makes, put into their table.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evenhand.facts import tables

if TYPE_CHECKING:
    import duckdb


def add_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[str, str, Any]]
) -> None:
    """Append rows given as (id, artefact, row of the table)."""
    import pyarrow as pa

    values = [{"id": i, "artefact": a, **row._asdict()} for i, a, row in rows]
    connection.register("enriched", pa.Table.from_pylist(values, schema=tables()[table].schema()))
    connection.execute(f"INSERT INTO {table} BY NAME FROM enriched")
    connection.unregister("enriched")
