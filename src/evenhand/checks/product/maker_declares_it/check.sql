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
told AS (
  SELECT
    product_declaration.product,
    bool_or(
      NOT asked_for.any_accepted AND product_declaration.said IS NOT NULL AND no.value IS NULL
      OR yes.value IS NOT NULL
    ) AS said,
    bool_or(no.value IS NOT NULL) AS denied,
    bool_or(
      asked_for.any_accepted AND yes.value IS NULL AND no.value IS NULL
      OR product_declaration.said IS NULL
    ) AS otherwise,
    bool_or(product_declaration.complete) AS whole
  FROM product_declaration
  JOIN p_about ON lower(p_about.value) = product_declaration.kind
  LEFT JOIN p_accepted AS yes ON lower(yes.value) = product_declaration.said
  LEFT JOIN p_refused AS no ON lower(no.value) = product_declaration.said
  CROSS JOIN (SELECT count(*) > 0 AS any_accepted FROM p_accepted) AS asked_for
  GROUP BY product_declaration.product
)
SELECT
  'product:' || scope.product AS subject,
  scope.offered_on AS on_day,
  scope.product_row AS fact,
  scope.of_kind,
  scope.on_market,
  CASE
    WHEN told.said AND told.denied THEN NULL
    WHEN told.said THEN TRUE
    WHEN told.denied THEN FALSE
    -- in other words: they may mean it
    WHEN told.otherwise THEN NULL
    WHEN told.whole THEN FALSE
  END AS declared
FROM scope
LEFT JOIN told ON told.product = scope.product
