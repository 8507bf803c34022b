"""Evidence made by hand, for the enrichment steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from evenhand.facts import tables


class Made:
    """A database whose schema holds every fact table, and rows put into it by hand."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET TimeZone = 'UTC'")
        for table in tables().values():
            self._take("CREATE TABLE {} AS FROM incoming", table.name, table.schema().empty_table())

    def _take(self, statement: str, table: str, rows: pa.Table) -> None:
        self.connection.register("incoming", rows)
        self.connection.execute(statement.format(table))
        self.connection.unregister("incoming")

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        """Append rows; shared columns may be left out."""
        filled = [
            {"id": f"{table}/test/{i}", "locator": "", "grade": "observed", "artefact": ""} | row
            for i, row in enumerate(rows)
        ]
        arrow = pa.Table.from_pylist(filled, schema=tables()[table].schema())
        self._take("INSERT INTO {} BY NAME FROM incoming", table, arrow)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """These columns of every row, in order of their values."""
        names = ", ".join(columns)
        query = f"SELECT {names} FROM {table} ORDER BY ALL"
        found = self.connection.sql(query).to_arrow_table()  # keeps times as Arrow has them
        return [tuple(row.values()) for row in found.to_pylist()]


@pytest.fixture
def made() -> Iterator[Made]:
    """Empty evidence."""
    one = Made()
    yield one
    one.connection.close()
