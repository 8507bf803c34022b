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

MAKE = """
INSERT INTO destination BY NAME
WITH belongs AS (
    SELECT DISTINCT product, artefact FROM product_artefact WHERE artefact <> ''
), part AS (
    SELECT b.product, f.server_address AS address, f.artefact,
        count(*) AS flows, sum(f.bytes_sent) AS bytes_sent,
        sum(f.bytes_received) AS bytes_received,
        min(f.first_seen) AS first_seen, max(f.last_seen) AS last_seen,
        -- what was not counted is not nothing
        min(CASE WHEN f.bytes_sent IS NULL AND f.bytes_received IS NULL THEN NULL
            ELSE COALESCE(f.bytes_of, 'frame') END) AS least_of,
        max(CASE WHEN f.bytes_sent IS NULL AND f.bytes_received IS NULL THEN NULL
            ELSE COALESCE(f.bytes_of, 'frame') END) AS most_of,
        bool_or(NOT f.encrypted) AS any_clear, bool_or(f.encrypted IS NULL) AS any_unknown,
        min(f.app) AS app, count(DISTINCT f.app) AS apps,
        arg_min(f.locator, {
            'b': -(COALESCE(f.bytes_sent, 0) + COALESCE(f.bytes_received, 0)), 'i': f.id
        }) AS locator,
        max(list_position($grades, f.grade)) AS weakness
    FROM flow AS f JOIN belongs AS b ON b.artefact = f.artefact
    WHERE f.layer = 'inner' AND f.server_address IS NOT NULL
        AND COALESCE(f.action, '') <> 'rejected'
    GROUP BY b.product, f.server_address, f.artefact
), used AS (
    SELECT p.product, p.address,
        arg_min(h.name, {
            'r': list_position($used, h.source),
            't': coalesce(h.first_seen, 'infinity'::TIMESTAMPTZ),
            'n': h.name
        }) AS host
    FROM part AS p JOIN host_name AS h ON h.artefact = p.artefact AND h.address = p.address
    WHERE list_contains($used, h.source)
    GROUP BY p.product, p.address
), whole AS (
    SELECT product, address, min(artefact) AS artefact, sum(flows)::BIGINT AS flows,
        COALESCE(sum(bytes_sent), 0)::BIGINT AS bytes_sent,
        COALESCE(sum(bytes_received), 0)::BIGINT AS bytes_received,
        CASE WHEN min(least_of) IS NULL THEN 'not counted'
            WHEN min(least_of) = max(most_of) THEN min(least_of) ELSE 'mixed' END AS bytes_of,
        CASE WHEN bool_or(any_clear) THEN FALSE WHEN NOT bool_or(any_unknown) THEN TRUE END
            AS encrypted,
        CASE WHEN max(apps) <= 1 AND min(app) = max(app) THEN min(app) END AS app,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen,
        arg_min(locator, artefact) AS locator, max(weakness) AS weakness
    FROM part GROUP BY product, address
), known AS (
    SELECT address, min(special) AS special FROM place GROUP BY address
)
SELECT 'destination/destination/' || substr(w.artefact, 8, 12) || '/'
        || (row_number() OVER (ORDER BY w.product, w.address) - 1) AS id,
    w.artefact, w.locator, list_extract($grades, coalesce(w.weakness, 1)) AS grade,
    w.product, w.address, u.host, w.flows, w.bytes_sent, w.bytes_received,
    w.first_seen, w.last_seen, w.bytes_of, w.encrypted, w.app, k.special
FROM whole AS w
LEFT JOIN used AS u ON u.product = w.product AND u.address = w.address
LEFT JOIN known AS k ON k.address = w.address
ORDER BY w.product, w.address
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write a `destination` for each product and server address; uses no list."""
    connection.execute(MAKE, {"grades": list(GRADES), "used": list(USED)})
    return []
