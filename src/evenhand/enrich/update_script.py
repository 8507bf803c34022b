"""Enrichment: scripts that install what they fetched are sources of updates too.

Spec: docs/decisions/0021-root-file-systems.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = ("behaviour",)
MAKES = ("update_source",)

MAKE = """
INSERT INTO update_source BY NAME
SELECT
    'update_source/update_script/' || substr(artefact, 8, 12) || '/'
        || (row_number() OVER (PARTITION BY artefact ORDER BY id) - 1) AS id,
    artefact, locator, grade, path, 'script' AS manager, target, because,
    CASE
        WHEN kind = 'installs verified updates' THEN TRUE
        WHEN contains(because, 'anyone on the way can change it') THEN FALSE
    END AS verified
FROM behaviour
WHERE kind IN ('installs verified updates', 'installs unverified updates')
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write an `update_source` for each; uses no list."""
    connection.execute(MAKE)
    return []
