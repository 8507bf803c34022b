WITH period AS (
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
FROM product_scope AS scope
LEFT JOIN told ON told.product = scope.product
LEFT JOIN cut ON cut.product = scope.product
