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
period AS (
  SELECT
    product, until_day, on_day, said, complete,
    row_number() OVER (PARTITION BY product ORDER BY on_day DESC NULLS LAST, until_day DESC) AS place
  FROM product_declaration
  WHERE kind = 'support period'
),
told AS (
  SELECT
    product,
    -- the latest declaration counts; where a day of declaration is missing, only what all say
    CASE
      WHEN count(DISTINCT until_day) = 1 THEN min(until_day)
      WHEN count(on_day) = count(*) THEN max(CASE WHEN place = 1 THEN until_day END)
    END AS until_day,
    count(until_day) > 0 AS any_day,
    count(on_day) = count(*) OR count(DISTINCT until_day) <= 1 AS dated,
    bool_or(said = 'none') OR bool_or(complete) AS none_said
  FROM period
  GROUP BY product
),
cut AS (
  SELECT one.product, TRUE AS shortened
  FROM period AS one
  JOIN period AS two ON two.product = one.product
    AND one.on_day < two.on_day AND two.until_day < one.until_day
  GROUP BY one.product
)
SELECT
  'product:' || scope.product AS subject,
  scope.offered_on AS on_day,
  scope.product_row AS fact,
  scope.of_kind,
  scope.on_market,
  CASE WHEN told.any_day THEN TRUE WHEN told.none_said THEN FALSE END AS stated,
  CASE
    WHEN $years IS NULL THEN TRUE
    -- days as numbers, year first, so that a year is 10000
    ELSE CAST(replace(CAST(told.until_day AS VARCHAR), '-', '') AS BIGINT)
      >= CAST(replace(CAST(scope.offered_on AS VARCHAR), '-', '') AS BIGINT) + $years * 10000
  END AS long_enough,
  CASE WHEN cut.shortened THEN TRUE WHEN told.any_day AND told.dated THEN FALSE END AS shortened
FROM scope
LEFT JOIN told ON told.product = scope.product
LEFT JOIN cut ON cut.product = scope.product
