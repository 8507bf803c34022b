WITH asked AS (
  SELECT
    (SELECT count(*) FROM p_kinds) > 0 AS any_kind,
    (SELECT count(*) FROM p_markets) > 0 AS any_market
),
fit AS (
  -- of a kind where one of the kinds asked for is its own; of none where all are denied
  SELECT
    product_kind.product,
    CASE
      WHEN bool_or(product_kind.is_kind) THEN TRUE
      WHEN count(*) = (SELECT count(*) FROM p_kinds)
        AND bool_and(NOT COALESCE(product_kind.is_kind, TRUE)) THEN FALSE
    END AS of_kind
  FROM product_kind
  JOIN p_kinds ON lower(p_kinds.value) = product_kind.kind
  GROUP BY product_kind.product
),
sold AS (
  SELECT product_market.product, bool_or(product_market.sure) AS sure
  FROM product_market
  JOIN p_markets ON p_markets.value = COALESCE(product_market.name, p_markets.value)
  GROUP BY product_market.product
),
known AS (
  -- that nobody is on record who offers it there does not show that nobody does
  SELECT count(*) > 0 AS whole FROM complete_table WHERE name = 'party'
),
scope AS (
  SELECT
    product.product, product.offered_on, product.id AS product_row,
    CASE WHEN NOT asked.any_kind THEN TRUE ELSE fit.of_kind END AS of_kind,
    CASE
      WHEN NOT asked.any_market OR sold.sure THEN TRUE
      WHEN known.whole AND sold.product IS NULL THEN FALSE
    END AS on_market
  FROM product
  CROSS JOIN asked
  CROSS JOIN known
  LEFT JOIN fit ON fit.product = product.product
  LEFT JOIN sold ON sold.product = product.product
),
owned AS (
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
  CASE WHEN NOT asked.any_kind THEN TRUE ELSE scope.of_kind END AS of_kind,
  CASE WHEN NOT asked.any_market THEN TRUE ELSE scope.on_market END AS on_market,
  merged.clear
FROM merged
CROSS JOIN asked
LEFT JOIN scope ON scope.product = merged.product
