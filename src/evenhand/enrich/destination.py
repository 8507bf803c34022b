"""Enrichment: where each product's traffic went, from its flows and the names used for them.

One row for each product and server address, over the innermost layer of tunnels, so that no
packet counts twice. The name is the one that was used for that address in the same capture:
those that the client sent (TLS, QUIC, HTTP) before those that a resolver answered; of several,
the first seen. Destinations on private and other special addresses are kept, with `special`.

What a packet filter rejected went nowhere. It is encrypted where every flow was seen to be.

Spec: docs/reference/facts.md (destination); RFC 6066 3 (server name), RFC 9110 7.2 (Host).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = ("flow", "host_name", "product_artefact", "place")
MAKES = ("destination",)

# names that were used for an address, the client's own word first; others are questions
USED = (
    *("tls", "quic", "https", "http"),
    *("dns answer", "dns service", "dns alias", "mdns", "llmnr", "netbios", "ssdp"),
)
# weakest last: what rests on several facts is as weak as the weakest
GRADES = ("observed", "found", "declared", "alleged")


def _rank(column: str, words: tuple[str, ...]) -> str:
    """The place of a column's word among some, from 1."""
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words, 1))
    return f"CASE {column} {cases} END"


MAKE = f"""
INSERT INTO destination BY NAME
WITH numbered AS (  -- digests are long: their order is looked at once
    SELECT artefact, row_number() OVER (ORDER BY artefact) AS n
    FROM (SELECT DISTINCT artefact FROM product_artefact WHERE artefact <> '')
), belongs AS (
    SELECT DISTINCT p.product, n.artefact, n.n
    FROM product_artefact AS p JOIN numbered AS n ON n.artefact = p.artefact
), met AS (
    SELECT b.product, b.n, f.*, f.server_address AS address,
        -- what was not counted is not nothing
        CASE WHEN f.bytes_sent IS NOT NULL OR f.bytes_received IS NOT NULL
            THEN COALESCE(f.bytes_of, 'frame') END AS counted
    FROM flow AS f JOIN belongs AS b ON b.artefact = f.artefact
    WHERE f.layer = 'inner' AND f.server_address IS NOT NULL
        AND COALESCE(f.action, '') <> 'rejected'
), whole AS (
    SELECT product, address, count(*) AS flows,
        COALESCE(sum(bytes_sent), 0)::BIGINT AS bytes_sent,
        COALESCE(sum(bytes_received), 0)::BIGINT AS bytes_received,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen,
        CASE WHEN min(counted) IS NULL THEN 'not counted'
            WHEN min(counted) = max(counted) THEN min(counted) ELSE 'mixed' END AS bytes_of,
        CASE WHEN bool_or(NOT encrypted) THEN FALSE
            WHEN NOT bool_or(encrypted IS NULL) THEN TRUE END AS encrypted,
        CASE WHEN min(app) = max(app) THEN min(app) END AS app,
        -- of the first artefact, the largest flow
        min({{
            'n': n, 'b': -(COALESCE(bytes_sent, 0) + COALESCE(bytes_received, 0)), 'i': id,
            'l': locator
        }}) AS shown,
        max({_rank("grade", GRADES)}) AS weakness
    FROM met GROUP BY product, address
), used AS (
    SELECT b.product, h.address, min({{
            'r': {_rank("h.source", USED)},
            't': coalesce(h.first_seen, 'infinity'::TIMESTAMPTZ),
            'n': h.name
        }}).n AS host
    FROM host_name AS h JOIN belongs AS b ON b.artefact = h.artefact
    SEMI JOIN flow AS f ON f.artefact = h.artefact AND f.server_address = h.address
        AND f.layer = 'inner' AND COALESCE(f.action, '') <> 'rejected'
    WHERE h.source IN {USED} AND h.name IS NOT NULL
    GROUP BY b.product, h.address
), known AS (
    SELECT address, min(special) AS special FROM place WHERE special IS NOT NULL GROUP BY address
)
SELECT 'destination/destination/' || substr(artefact, 8, 12) || '/' || (row_number() OVER () - 1)
        AS id,
    * EXCLUDE (shown, weakness),
    shown.l AS locator, list_extract({list(GRADES)}, coalesce(weakness, 1)) AS grade
FROM (
    SELECT w.*, n.artefact, u.host, k.special
    FROM whole AS w
    JOIN numbered AS n ON n.n = w.shown.n
    LEFT JOIN used AS u ON u.product = w.product AND u.address = w.address
    LEFT JOIN known AS k ON k.address = w.address
    ORDER BY w.product, w.address
)
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `destination` for each product and server address; uses no list."""
    connection.execute(MAKE)
    return []
