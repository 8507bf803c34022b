"""Enrichment: who carries and hosts a product's traffic, as parties that rules of supply ask about.

One `party` for each product and operator: a `cloud operator` where a host stands in its network, a
`carrier` where a traced path crosses it. The market that a product serves and what it is used
for, where another row of `party` says so, are those of the networks that it uses; else they stay
empty, and whether a rule is about the operator is then not known. What a facts file says of the
same party comes first.

Spec: docs/decisions/0018-owners-and-places.md (Networks as parties).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = ("party", "destination", "hop", "place", "network_owner", "product_artefact")
MAKES = ("party",)

MAKE = """
INSERT INTO party BY NAME
WITH owned AS (
    SELECT artefact, min(product) AS product, count(DISTINCT product) AS products
    FROM product_artefact WHERE artefact <> '' GROUP BY artefact
), used AS (
    SELECT product, address, 'cloud operator' AS role, artefact, locator, first_seen
    FROM destination
    UNION ALL
    SELECT COALESCE(h.product, CASE WHEN o.products = 1 THEN o.product END) AS product,
        h.hop_address AS address, 'carrier' AS role, h.artefact, h.locator, h.first_seen
    FROM hop AS h LEFT JOIN owned AS o ON o.artefact = h.artefact
), run AS (  -- of each network first, as there are few: owners and texts are compared once for each
    SELECT u.product, u.role, p.network, p.operator, p.controlled_by,
        min(u.artefact) AS artefact, min({'a': u.artefact, 'l': u.locator}) AS shown,
        min(u.first_seen) AS first_seen
    FROM used AS u JOIN place AS p ON p.address = u.address
    WHERE u.product IS NOT NULL AND (p.network IS NOT NULL OR p.operator IS NOT NULL)
    GROUP BY ALL
), named AS (
    SELECT r.*, COALESCE(w.owner, r.operator) AS party, w.home_state, w.parent, w.parent_state,
        CASE WHEN w.network IS NULL THEN r.controlled_by END AS controlled
    FROM run AS r LEFT JOIN network_owner AS w ON w.network = r.network AND NOT w.unverified
), known AS (
    SELECT product, role, party, min(artefact) AS artefact, min(shown).l AS locator,
        CAST(min(first_seen) AS DATE) AS on_day,
        CASE WHEN count(DISTINCT home_state) = 1 THEN min(home_state) END AS home_state,
        CASE WHEN count(DISTINCT parent) = 1 THEN min(parent) END AS parent,
        CASE WHEN count(DISTINCT COALESCE(parent_state, controlled)) = 1
            THEN min(COALESCE(parent_state, controlled)) END AS parent_state
    FROM named WHERE party IS NOT NULL
    GROUP BY product, role, party
), market AS (
    SELECT DISTINCT product, serves, "use" FROM party WHERE product IS NOT NULL
), said AS (
    SELECT k.*, m.serves, m."use"
    FROM known AS k LEFT JOIN market AS m ON m.product = k.product
    WHERE NOT EXISTS (
        SELECT 1 FROM party AS p
        WHERE p.party = k.party AND p.role = k.role AND p.product = k.product
    )
)
SELECT 'party/network_party/' || substr(artefact, 8, 12) || '/'
        || (row_number() OVER (ORDER BY product, role, party, serves, "use") - 1) AS id,
    artefact, locator, 'declared' AS grade,
    party, role, product, home_state, parent, parent_state, serves, "use", on_day
FROM said ORDER BY product, role, party, serves, "use"
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write the parties; what lists say of them is in `network_owner` already."""
    connection.execute(MAKE)
    return []
