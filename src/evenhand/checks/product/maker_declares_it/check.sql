WITH told AS (
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
FROM product_scope AS scope
LEFT JOIN told ON told.product = scope.product
