"""Enrichment: whose the names are that were met, from lists and facts files.

A name is looked up from itself down to its registrable domain and never above it, so that what
a platform lets its customers have (`somebody.github.io`) is not the platform's. Rows of the lists
are taken into the evidence only where they are met; a row that a facts file gives for the same
domain takes their place. What is from memory names an owner and never a state.

Spec: docs/decisions/0018-owners-and-places.md; Public Suffix List.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evenhand import lists
from evenhand.enrich import _listed
from evenhand.lists import suffix

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

NEEDS = ("host_name", "mention", "destination")
MAKES = ("name_owner", "domain_owner")

DOMAINS = "domain_owner"
# texts that are addresses are no names; each table alone first, which holds most names many times
MET = """
SELECT name, COALESCE(min(artefact), '') AS artefact FROM (
    SELECT name, artefact FROM host_name GROUP BY ALL
    UNION ALL SELECT host, artefact FROM mention GROUP BY ALL
    UNION ALL SELECT host, artefact FROM destination GROUP BY ALL
) WHERE name NOT IN (SELECT name FROM name_owner)
GROUP BY name
HAVING NOT contains(name, ':') AND NOT (name < ':' AND regexp_matches(name, '^[0-9.]+$'))
ORDER BY name
"""
OWNED = """
UPDATE name_owner SET owner = o.owner,
    home_state = CASE WHEN NOT o.unverified THEN o.home_state END,
    parent_state = CASE WHEN NOT o.unverified THEN o.parent_state END
FROM domain_owner AS o
WHERE name_owner.owner IS NULL AND o.domain = name_owner.registered_as
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `name_owner` for every name met, and the rows of the lists that speak of them."""
    if not _names(connection):
        return []
    connection.execute(OWNED)
    return [suffix.LIST, DOMAINS]


def _names(connection: duckdb.DuckDBPyConnection) -> int:
    """Write the names with their domains; returns how many there are."""
    import pyarrow as pa

    met = connection.sql(MET).to_arrow_table().combine_chunks()
    if not met.num_rows:
        return 0
    suffixes = lists.one(suffix.LIST)
    rules = suffix.load(suffixes)
    names = met["name"].to_pylist()
    domains = [suffix.registrable(name, rules) for name in names]
    said = connection.execute("SELECT domain FROM domain_owner").fetchall()
    given = {d.lower().removesuffix("."): d for (d,) in said if d}
    listed = {d: d for d in lists.column(DOMAINS, "domain")}
    asked = [
        (given and _asked(name, domain, given)) or _asked(name, domain, listed)
        for name, domain in zip(names, domains, strict=True)
    ]
    label = f"{suffixes.label}; {lists.one(DOMAINS).label}"
    columns = _shared(met["artefact"]) | {
        "name": met["name"],
        "domain": pa.array(domains, pa.string()),
        "registered_as": pa.array(asked, pa.string()),
        "list_version": pa.repeat(label, len(names)),
    }
    _listed.insert(connection, "name_owner", pa.table(columns))
    _listed.take(connection, DOMAINS, "domain", {a for a in asked if a})
    return len(names)


def _shared(artefacts: pa.ChunkedArray) -> dict[str, Any]:
    """The columns that every table has, of rows with these artefacts."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    number = pa.array(np.arange(len(artefacts))).cast(pa.string())
    short = pc.utf8_slice_codeunits(artefacts, 7, 19).combine_chunks()
    short = pc.if_else(pc.equal(short, ""), "0" * 12, short)
    return {
        "id": pc.binary_join_element_wise("name_owner/owner", short, number, "/"),
        "artefact": artefacts,
        "locator": pa.repeat("", len(artefacts)),
        "grade": pa.repeat("declared", len(artefacts)),
    }


def _asked(name: str, domain: str | None, known: Mapping[str, str]) -> str | None:
    """The row that speaks of a name: the nearest one, not above its registrable domain."""
    if domain is None:
        return known.get(name.lower())
    return next((known[n] for n in suffix.upwards(name, domain) if n in known), None)
