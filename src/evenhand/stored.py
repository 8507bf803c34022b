"""Fact tables of many rows lie in Parquet beside the engine, and are kept as they were written.

Rows that come many at a time are written once and looked into where they lie: to take them over
and to write them out again takes three times as long, and holds them in memory. A table that
somebody changes is taken over first (`own`).

Spec: Apache Parquet; docs/decisions/0002-reading-captures.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evenhand import facts

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FEW = 20_000  # rows up to which the engine takes them over
GROUP_ROWS = 122_880  # of a row group: as in the engine's own files
# A dictionary of more bytes than this gains hardly any room, and takes half of the writing.
DICTIONARY_BYTES = 1 << 14


def store(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> bool:
    """Lay rows behind those stored before; False where the engine is to have them: they are few,
    may be changed later, or it has some already.
    """
    if rows.num_rows <= FEW or not facts.tables()[name].stored:
        return False
    there = files(connection, name)
    if not there and connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchall():
        return False
    path = _folder(connection) / f"{name}.{len(there)}.parquet"
    _write(path, name, rows)
    listed = ", ".join("'" + str(p).replace("'", "''") + "'" for p in (*there, path))
    if not there:
        connection.execute(f"DROP TABLE {name}")
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM read_parquet([{listed}])")
    return True


def _write(path: Path, name: str, rows: pa.Table) -> None:
    """Write rows in the shape of their table; columns that they lack are empty."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {}
    for field in facts.tables()[name].schema():
        if field.name not in rows.column_names:
            columns[field.name] = pa.nulls(rows.num_rows, field.type)
            continue
        column = rows[field.name]
        coded = pa.types.is_dictionary(column.type) and column.type.value_type == field.type
        columns[field.name] = column if coded else column.cast(field.type)
    pq.write_table(
        pa.table(columns),
        path,
        row_group_size=GROUP_ROWS,
        dictionary_pagesize_limit=DICTIONARY_BYTES,
        store_schema=False,  # a dictionary is a text like others to who reads it
    )


def write_empty(path: Path, name: str) -> None:
    """A file of a table without rows."""
    import pyarrow.parquet as pq

    pq.ParquetWriter(path, facts.tables()[name].schema(), store_schema=False).close()


def files(connection: duckdb.DuckDBPyConnection, name: str) -> list[Path]:
    """The files that a table's rows lie in, in order; none where the engine has them."""
    found: list[Path] = []
    folder = _folder(connection)
    while (path := folder / f"{name}.{len(found)}.parquet").exists():
        found.append(path)
    return found


def _folder(connection: duckdb.DuckDBPyConnection) -> Path:
    """The folder of the connection's own, which goes with it."""
    return Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])


def count(path: Path) -> int:
    """How many rows a file holds."""
    import pyarrow.parquet as pq

    rows: int = pq.read_metadata(path).num_rows
    return rows


def rows(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows are stored, of all tables."""
    return sum(count(path) for path in _folder(connection).glob("*.parquet"))


def own(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Let the engine have the rows of a table, so that they can be changed."""
    paths = files(connection, name)
    if paths:
        connection.execute(f"CREATE TABLE taken AS FROM {name}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE taken RENAME TO {name}")
    for path in paths:
        path.unlink()
