"""Engines: where the SQL of the checks runs.

DuckDB is always there: it holds the views, and all that is made of answers. Another engine may
answer the checks' own queries in its place.

Spec: DESIGN (The house: engines).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

NAMES = ("duckdb", "spark")


class Elsewhere(Protocol):
    """An engine beside DuckDB that answers the queries of checks over the same views."""

    def answer(self, query: str, values: Mapping[str, Any], schema: str) -> str:
        """Run a query, bare names meaning the views of `schema`; the name in DuckDB of what it
        gave. The same query over the same views is run once.
        """
        ...
