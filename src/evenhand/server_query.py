"""Queries of database servers that a profile names: each answer becomes a Parquet file to read.

    queries:
      - name: flows
        url_in: INVENTORY_URL
        query: SELECT ref, recipient, country FROM flows ORDER BY ref

This is the one place that opens a connection, and only where the user's own profile asks for it;
no artefact and no mapping can. The address of the server, with its secrets, is in an environment
variable: it is neither kept nor printed. What the answer holds is deleted after reading.

Spec: docs/decisions/0014-inventories.md; SQLAlchemy 2 (an extra: `evenhand[database]`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.errors import UserError
from evenhand.translation import ARROW_KINDS, NONE, written

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000  # held at a time
EXTRA = "evenhand[database]"


class Query(NamedTuple):
    """A query of the user's: the answer is read as the table `NAME.parquet`."""

    name: str
    url_in: str  # environment variable
    query: str
    at: str  # `path:line`, for what is said about it


def answers(queries: Sequence[Query], folder: Path) -> list[Path]:
    """Ask every query; the answers as files in `folder`."""
    return [_answer(query, folder / f"{query.name}.parquet") for query in queries]


def _answer(asked: Query, path: Path) -> Path:
    try:
        import sqlalchemy
    except ImportError:
        raise UserError(f"{asked.at}: queries need SQLAlchemy: pip install '{EXTRA}'") from None
    url = os.environ.get(asked.url_in)
    if not url:
        raise UserError(f"{asked.at}: the environment variable {asked.url_in} is not set")
    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool)
        with engine.connect().execution_options(stream_results=True) as connection:
            _write(asked, connection.execute(sqlalchemy.text(asked.query)), path)
            connection.rollback()  # whatever it was, it changed nothing
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, OSError) as error:
        # the words of drivers may repeat the address and its secrets
        kind = type(error).__name__
        raise UserError(
            f"{asked.at}: {asked.name} was not answered ({kind}): try the query with the "
            f"database's own tool, and see that {asked.url_in} names a driver that is installed"
        ) from None
    return path


def _write(asked: Query, found: Any, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, writer = list(found.keys()), None
    try:
        while True:
            rows = found.fetchmany(ROWS)
            if writer is not None and not rows:
                break
            columns = list(zip(*rows, strict=True)) or [()] * len(names)
            kinds = [None] * len(names) if writer is None else [f.type for f in writer.schema]
            made = [_column(c, k) for c, k in zip(columns, kinds, strict=True)]
            table = pa.table(made, names=names)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    except pa.ArrowException as error:
        raise UserError(
            f"{asked.at}: {asked.name}: a column holds values of several types: CAST it"
        ) from error
    finally:
        if writer is not None:
            writer.close()


def _column(cells: Sequence[Any], kind: Any) -> pa.Array:
    """Cells as Arrow has them; what it has no simple type for as text."""
    import pyarrow as pa

    values = [_plain(cell) for cell in cells]
    if kind is not None and not pa.types.is_string(kind):
        return pa.array(values, kind)
    kinds = {*map(type, values)} - {NONE}
    if kind is None and len(kinds) == 1 and kinds <= {*ARROW_KINDS}:
        return pa.array(values)
    return pa.array([None if v is None else written(v) for v in values], pa.string())


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell
