"""Codes of states and groups: which ones nobody knows, in parameters and in facts.

Spec: ISO 3166-1:2020, 5.2 and 8.1.3 (user-assigned codes); lists/territory, lists/membership.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from evenhand import facts
from evenhand.engines.duckdb import SCHEMA, empty, fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODE = re.compile(r"[A-Z]{2}")
USER_ASSIGNED = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")  # made-up states, and those of one's own
TOLD, MANY = 20, 1_000  # codes that are told; that are looked at in one column


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


def known_here(connection: DuckDBPyConnection, base: str, state: str) -> bool:
    """Whether a territory of the lists, or any fact, is or names this state."""
    columns = [
        f'SELECT 1 FROM {base}.{table.name} WHERE "{column}" = $state'
        for table in facts.tables().values()
        for column in table.roles
    ]
    query = f"SELECT 1 FROM ({' UNION ALL '.join(columns)}) LIMIT 1"
    return bool(fetch(connection, query, {"state": state}))


def unknown_in_facts(connection: DuckDBPyConnection, base: str) -> Iterator[str]:
    """Where the facts that were given name a state or group that no list and no fact knows."""
    query = (
        f"SELECT unnest([territory, sovereign, regime]) FROM {base}.territory "
        f"UNION SELECT state_group FROM {base}.membership"
    )
    known = {code for (code,) in fetch(connection, query)}
    found: dict[str, tuple[str, str]] = {}
    passed_over = {"territory", "membership", *empty(connection)}
    for table in facts.tables().values():
        for column in table.roles if table.name not in passed_over else ():
            query = f'SELECT DISTINCT "{column}" FROM {SCHEMA}.{table.name} ORDER BY 1 LIMIT {MANY}'
            for (code,) in fetch(connection, query):
                if code and code not in known and not USER_ASSIGNED.fullmatch(code):
                    found.setdefault(code, (table.name, column))
    for code, (table_name, column) in sorted(found.items())[:TOLD]:
        query = (
            f"SELECT min(concat_ws(', ', path, locator)) FROM {SCHEMA}.{table_name} t LEFT JOIN "
            f"(SELECT artefact, min(path) AS path FROM {SCHEMA}.occurrence GROUP BY artefact) p "
            f'USING (artefact) WHERE t."{column}" = $code'
        )
        ((place,),) = fetch(connection, query, {"code": code})
        yield f"{place}: {table_name}.{column}: {code!r} is no known state or group"
    if len(found) > TOLD:
        yield f"and {len(found) - TOLD} more words that are no known state or group"
