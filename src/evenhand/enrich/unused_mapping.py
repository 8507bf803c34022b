"""Enrichment: a mapping that fitted no table is told, as a reading that failed.

It counts as a gap in the tables that it was to feed: what a renamed column hides must not read
as if there were nothing.

Spec: docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = ("column_mapping", "mapped_sheet")
MAKES = ()

MAKE = """
INSERT INTO reading BY NAME
WITH unused AS (
    SELECT artefact, list_distinct(list(feeds)) AS feeds, min(uses) AS uses
    FROM column_mapping AS m
    WHERE NOT EXISTS (FROM mapped_sheet AS s WHERE s.mapping = m.artefact)
    GROUP BY artefact
)
SELECT 'reading/unused_mapping/' || substr(u.artefact, 8, 12) || '/0' AS id,
    u.artefact, '' AS locator, 'observed' AS grade, r.path,
    'inventory' AS reader, '' AS reader_version, 'unreadable' AS outcome,
    'this mapping fits no table that was given; it needs the columns: '
        || array_to_string(u.uses, ', ') AS reason,
    map_from_entries([{'k': t, 'v': 0::BIGINT} FOR t IN list_sort(u.feeds)]) AS fed,
    []::VARCHAR[] AS complete_for
FROM unused AS u
JOIN reading AS r ON r.artefact = u.artefact AND r.reader = 'mapping'
ORDER BY u.artefact
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a failed reading for each mapping that nothing was read by; uses no list."""
    connection.execute(MAKE)
    return []
