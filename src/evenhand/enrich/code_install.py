"""Enrichment: code that installing a package runs, by the file that its install step names.

A step `node scripts/setup.js` of a package.json makes `at install` the moment of what that file
does as it is loaded; what only its functions do when called is left alone.

Spec: npm scripts documentation (v10: life cycle operation order).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = ("behaviour",)
MAKES = ("behaviour",)

EARLIER = """
UPDATE behaviour SET moment = 'at install', strength = least(0.99, round(strength + 0.1, 3))
FROM (
    SELECT DISTINCT folder || CASE
        WHEN regexp_matches(file, '\\.([cm]?js|sh|py|ts)$') THEN file ELSE file || '.js'
    END AS path
    FROM (
        SELECT regexp_replace(path, '[^/]*$', '') AS folder,
            regexp_replace(
                unnest(regexp_extract_all(target, '[\\w@./-]*[\\w-](?:\\.\\w+)?')), '^(\\./)+', ''
            ) AS file
        FROM behaviour WHERE kind = 'runs at install' AND target IS NOT NULL
    )
) AS step
WHERE behaviour.path = step.path AND behaviour.moment IN ('at import', 'when run')
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Mark what runs at install; uses no list."""
    connection.execute(EARLIER)
    return []
