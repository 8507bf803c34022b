"""Codes of states and groups: which ones nobody knows, in parameters and in facts.

Spec: ISO 3166-1:2020, 5.2 and 8.1.3 (user-assigned codes); lists/territory, lists/membership.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from evenhand import facts
from evenhand.engines.duckdb import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODE = re.compile(r"[A-Z]{2}")
USER_ASSIGNED = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")  # made-up states, and those of one's own
TOLD = 20


@functools.cache
def listed() -> frozenset[str]:
    """Territories and groups of the lists that ship."""
    from evenhand import lists

    territories = (row["territory"] for row in lists.rows("territory"))
    return frozenset([*territories, *(row["state_group"] for row in lists.rows("membership"))])


def unknown(words: Iterable[str]) -> list[str]:
    """Those of the words that are written like a code of a state and are none."""
    return [
        w
        for w in words
        if CODE.fullmatch(w) and not USER_ASSIGNED.fullmatch(w) and w not in listed()
    ]


def unknown_in_facts(connection: DuckDBPyConnection, base: str) -> Iterator[str]:
    """Where the facts that were given name a state or group that no list and no fact knows."""
    known = (
        f"SELECT territory FROM {base}.territory UNION SELECT state_group FROM {base}.membership "
        f"UNION SELECT sovereign FROM {base}.territory UNION SELECT regime FROM {base}.territory"
    )
    paths = f"SELECT artefact, min(path) AS path FROM {base}.occurrence GROUP BY artefact"
    parts = [
        f"SELECT p.path, t.locator, '{table.name}' AS fact_table, '{column}' AS name, "
        f'CAST(t."{column}" AS VARCHAR) AS code FROM {base}.{table.name} t '
        f"LEFT JOIN ({paths}) p USING (artefact) "
        f"WHERE t.id NOT LIKE '%/list/%' AND t.\"{column}\" NOT IN ({known}) "
        f"AND NOT regexp_full_match(t.\"{column}\", '{USER_ASSIGNED.pattern}')"
        for table in facts.tables().values()
        for column in table.roles
        if table.name not in ("territory", "membership")
    ]
    query = (
        f"SELECT code, min(concat_ws(', ', path, locator)), min(fact_table), min(name), count(*) "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY code ORDER BY 5 DESC, 1 LIMIT {TOLD}"
    )
    for code, place, table, column, times in fetch(connection, query):
        more = f" (in {times} places)" if times > 1 else ""
        yield f"{place}: {table}.{column}: {code!r} is no known state or group{more}"
