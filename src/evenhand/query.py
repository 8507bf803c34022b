"""SQL over kept evidence, for people who want to look for themselves.

Spec: DuckDB SQL; RFC 4180 for CSV.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from evenhand import facts
from evenhand.engines.duckdb import SCHEMA, lock
from evenhand.errors import UserError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WIDEST = 60  # characters of a cell in a text table


def answer(connection: DuckDBPyConnection, query: str | None, form: str) -> str:
    """The answer to a query as text, CSV or JSON; without one, the tables and their rows."""
    import duckdb

    lock(connection)
    try:
        rows: Any = connection.sql(query or _tables()).to_arrow_table()
    except duckdb.Error as error:
        raise UserError(f"sql: {error}") from error
    names, values = rows.column_names, rows.to_pylist()
    cells = [[_plain(row[n]) for n in names] for row in values]
    if form == "json":
        return json.dumps([dict(zip(names, c, strict=True)) for c in cells], indent=1) + "\n"
    if form == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([names, *cells])
        return out.getvalue()
    return _text(names, cells)


def _tables() -> str:
    parts = [
        f"SELECT '{name}' AS \"table\", count(*) AS rows FROM {SCHEMA}.{name}"
        for name in facts.tables()
    ]
    return " UNION ALL ".join(parts) + " ORDER BY 1"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _text(names: list[str], cells: list[list[Any]]) -> str:
    lines = [names, *[["" if c is None else str(c) for c in row] for row in cells]]
    lines = [[_shown(c) for c in line] for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    text = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
    text.insert(1, "  ".join("-" * w for w in widths))
    return "".join(f"{line.rstrip()}\n" for line in text)


def _shown(cell: str) -> str:
    """One line, nothing that a terminal would obey, no wider than is read."""
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cell)
    return safe if len(safe) <= WIDEST else safe[: WIDEST - 1] + "…"
