"""Enrichment: the files of container images as a runtime would merge their layers.

A name `.wh.x` takes away `x` of the layers below, `.wh..wh..opq` all that they hold in its
folder; a file over a folder takes away all below it. What is taken away stays a row.

Spec: OCI Image Format 1.1, layer.md (Whiteouts; Applying Changesets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = ("file", "image_layer")
MAKES = ("image_file",)

MAKE = r"""
INSERT INTO image_file BY NAME
WITH entry AS (
    SELECT l.image, l.position, f.id, f.artefact, f.locator, f.kind, f.size_bytes, f.mode, f.owner,
        f.link_target, regexp_replace(f.path, '^(\.?/)+|/+$', '', 'g') AS path
    FROM image_layer AS l JOIN file AS f ON f.artefact = l.layer
), named AS (
    SELECT *, regexp_extract(path, '[^/]*$') AS last,
        regexp_replace(path, '/?[^/]*$', '') AS folder
    FROM entry WHERE path NOT IN ('', '.')
), mark AS (
    -- `whole`: the path itself goes as well as what lies below it
    SELECT image, position, folder AS path, FALSE AS whole
    FROM named WHERE last = '.wh..wh..opq'
    UNION ALL
    SELECT image, position, trim(folder || '/' || last[5:], '/') AS path, TRUE AS whole
    FROM named WHERE starts_with(last, '.wh.') AND NOT starts_with(last, '.wh..wh.')
    UNION ALL
    SELECT image, position, path, FALSE AS whole
    FROM named WHERE kind <> 'directory' AND NOT starts_with(last, '.wh.')
), kept AS (
    SELECT * FROM named WHERE NOT starts_with(last, '.wh.')
), above AS (
    SELECT id, image, position, path AS step, TRUE AS itself FROM kept
    UNION ALL
    SELECT id, image, position, array_to_string(string_split(path, '/')[:n], '/') AS step, FALSE
    FROM kept, range(len(string_split(path, '/'))) AS parts(n)
), gone AS (
    SELECT a.id, a.image, a.position, min(m.position) AS by_position
    FROM above AS a JOIN mark AS m ON m.image = a.image AND m.path = a.step
        AND m.position > a.position AND (m.whole OR NOT a.itself)
    GROUP BY a.id, a.image, a.position
), over AS (
    SELECT k.id, k.image, k.position, min(h.position) AS by_position
    FROM kept AS k JOIN kept AS h ON h.image = k.image AND h.path = k.path
        AND h.position > k.position
    GROUP BY k.id, k.image, k.position
)
SELECT 'image_file/image_file/' || substr(k.image, 8, 12) || '/'
        || (row_number() OVER (PARTITION BY k.image ORDER BY k.path, k.position, k.id) - 1) AS id,
    k.artefact, k.locator, 'observed' AS grade, k.image, k.path, k.position,
    CASE
        WHEN g.by_position <= coalesce(o.by_position, g.by_position) THEN 'removed'
        WHEN o.by_position IS NOT NULL THEN 'replaced'
        ELSE 'present'
    END AS state,
    least(g.by_position, o.by_position) AS by_position,
    k.kind, k.size_bytes, k.mode, k.owner, k.link_target
FROM kept AS k
LEFT JOIN gone AS g ON g.id = k.id AND g.image = k.image AND g.position = k.position
LEFT JOIN over AS o ON o.id = k.id AND o.image = k.image AND o.position = k.position
ORDER BY k.image, k.path, k.position, k.id
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write an `image_file` for each file of each layer; uses no list."""
    connection.execute(MAKE)
    return []
