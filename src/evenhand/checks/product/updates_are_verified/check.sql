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
  SELECT update_source.id, min(product_artefact.product) AS product
  FROM update_source
  JOIN product_artefact ON product_artefact.artefact = update_source.artefact
  WHERE update_source.artefact <> ''
  GROUP BY update_source.id
  HAVING count(DISTINCT product_artefact.product) = 1
),
found AS (
  SELECT
    'update:' || COALESCE(update_source.path, update_source.artefact) || '/'
      || COALESCE(update_source.target, update_source.locator, '') AS subject,
    min(update_source.id) AS fact,
    min(owned.product) AS product,
    CASE
      WHEN bool_or(NOT update_source.verified) THEN FALSE
      WHEN bool_or(update_source.verified IS NULL) THEN NULL
      ELSE TRUE
    END AS checked
  FROM update_source
  LEFT JOIN owned ON owned.id = update_source.id
  GROUP BY 'update:' || COALESCE(update_source.path, update_source.artefact) || '/'
    || COALESCE(update_source.target, update_source.locator, '')
)
SELECT
  found.subject,
  scope.offered_on AS on_day,
  found.fact,
  CASE WHEN NOT asked.any_kind THEN TRUE ELSE scope.of_kind END AS of_kind,
  CASE WHEN NOT asked.any_market THEN TRUE ELSE scope.on_market END AS on_market,
  found.checked
FROM found
CROSS JOIN asked
LEFT JOIN scope ON scope.product = found.product
