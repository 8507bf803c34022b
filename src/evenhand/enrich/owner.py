"""Enrichment: whose the names and networks are that were met, from lists and facts files.

A name is looked up from itself down to its registrable domain and never above it, so that what
a platform lets its customers have (`somebody.github.io`) is not the platform's. Rows of the lists
are taken into the evidence only where they are met; a row that a facts file gives for the same
domain or network takes their place. What is from memory names an owner and never a state.

Spec: docs/decisions/0018-owners-and-places.md; Public Suffix List.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evenhand import lists
from evenhand.lists import suffix

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

NEEDS = ("host_name", "mention", "destination", "place")
MAKES = ("name_owner", "domain_owner", "network_owner")

DOMAINS, NETWORKS = "domain_owner", "network_owner"
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
# the state that controls a network: its ultimate owner's, else its owner's
CONTROL = """
UPDATE place SET controlled_by = COALESCE(owner.parent_state, owner.home_state)
FROM network_owner AS owner
WHERE place.controlled_by IS NULL AND owner.network = place.network AND NOT owner.unverified
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
    used = []
    if _names(connection):
        connection.execute(OWNED)
        used += [suffix.LIST, DOMAINS]
    networks = connection.execute(
        "SELECT DISTINCT network FROM place WHERE network IS NOT NULL ORDER BY network"
    ).fetchall()
    if networks:
        _take(connection, NETWORKS, "network", {n for (n,) in networks})
        connection.execute(CONTROL)
        used.append(NETWORKS)
    return used


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
    _insert(connection, "name_owner", pa.table(columns))
    _take(connection, DOMAINS, "domain", {a for a in asked if a})
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


def _take(connection: duckdb.DuckDBPyConnection, table: str, key: str, wanted: set[str]) -> None:
    """Rows of a list for these keys, where no facts file gave one."""
    given = {k for (k,) in connection.execute(f"SELECT {key} FROM {table}").fetchall()}
    if wanted - given:
        _insert(connection, table, lists.some(table, key, wanted - given))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("enriched", rows)
    connection.execute(f"INSERT INTO {table} BY NAME FROM enriched")
    connection.unregister("enriched")
