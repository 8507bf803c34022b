"""Empty tables: their types are those that Arrow rows of the table have."""

from __future__ import annotations

from evenhand import facts
from evenhand.engines import duckdb as engine


def test_types_are_those_of_arrow_rows() -> None:
    plain, arrow = engine.connect(), engine.connect()
    engine.create_tables(plain)
    for name, table in facts.tables().items():
        engine.create(arrow, f"{engine.SCHEMA}.{name}", table.schema().empty_table())
        described = [engine.fetch(c, f"DESCRIBE {name}") for c in (plain, arrow)]
        assert described[0] == described[1], name
