WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
spoken AS (
  -- names that the client itself used: a name in an HTTP request is seen only in the clear
  SELECT
    owned.product, host_name.address,
    bool_or(host_name.source = 'http') AS in_clear,
    bool_or(host_name.source IN ('tls', 'quic', 'https')) AS encrypted
  FROM host_name
  JOIN owned ON owned.artefact = host_name.artefact
  WHERE host_name.source IN ('http', 'https', 'tls', 'quic') AND host_name.address IS NOT NULL
  GROUP BY owned.product, host_name.address
),
carried AS (
  SELECT owned.product, flow.server_address AS address, bool_and(flow.server_port = 443) AS only_443
  FROM flow
  JOIN owned ON owned.artefact = flow.artefact
  WHERE flow.layer = 'inner'
  GROUP BY owned.product, flow.server_address
),
seen AS (
  SELECT
    destination.id, destination.product, destination.first_seen,
    COALESCE(destination.host, destination.address) AS name,
    CASE
      WHEN destination.address IS NOT NULL
        THEN COALESCE(destination.special, '') IN ('', 'documentation')
    END AS public,
    CASE
      WHEN spoken.in_clear THEN TRUE
      WHEN spoken.encrypted AND carried.only_443 THEN FALSE
    END AS clear
  FROM destination
  LEFT JOIN spoken ON spoken.product = destination.product
    AND spoken.address = destination.address
  LEFT JOIN carried ON carried.product = destination.product
    AND carried.address = destination.address
),
merged AS (
  SELECT
    'destination:' || COALESCE(product, '') || '/' || COALESCE(name, id) AS subject,
    CAST(min(first_seen) AS DATE) AS on_day,
    min(id) AS fact,
    min(product) AS product,
    CASE
      WHEN bool_or(public) THEN TRUE WHEN bool_or(public IS NULL) THEN NULL ELSE FALSE
    END AS public,
    CASE
      WHEN bool_or(clear AND COALESCE(public, TRUE)) THEN TRUE
      WHEN bool_or(clear IS NULL AND COALESCE(public, TRUE)) THEN NULL
      ELSE FALSE
    END AS clear
  FROM seen
  GROUP BY 'destination:' || COALESCE(product, '') || '/' || COALESCE(name, id)
)
SELECT
  merged.subject, merged.on_day, merged.fact, merged.public,
  CASE WHEN NOT scope_asked.any_kind THEN TRUE ELSE scope.of_kind END AS of_kind,
  CASE WHEN NOT scope_asked.any_market THEN TRUE ELSE scope.on_market END AS on_market,
  merged.clear
FROM merged
CROSS JOIN scope_asked
LEFT JOIN product_scope AS scope ON scope.product = merged.product
