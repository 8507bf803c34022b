"""Engines: where the SQL of the checks runs.

DuckDB is always there: it holds the views, and all that is made of answers. Another engine may
answer the checks' own queries in its place.

Spec: DESIGN (The house: engines).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMES = ("duckdb", "spark")


class Elsewhere(Protocol):
    """An engine beside DuckDB that answers the queries of checks over the same views."""

    def answer(self, query: str, values: Mapping[str, Any], schema: str) -> str:
        """Run a query, bare names meaning the views of `schema`; the name in DuckDB of what it
        gave. The same query over the same views is run once.
        """
        ...


@contextlib.contextmanager
def beside(name: str, connection: DuckDBPyConnection) -> Iterator[Elsewhere | None]:
    """The engine of this name over the views of a connection; None for DuckDB itself.

    It must last as long as anything is asked of what it gave.
    """
    if name == NAMES[0]:
        yield None
        return
    from evenhand.engines import spark

    with spark.opened(connection) as engine:
        yield engine
