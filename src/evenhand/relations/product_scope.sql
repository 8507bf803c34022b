-- Each product, and whether a clause about some kinds of product in some markets is about it: of a
-- kind where one of the kinds asked for is its own, of none where all are denied; that nobody is on
-- record who offers it in a market does not show that nobody does.
SELECT
  product.product, product.offered_on, product.id AS product_row,
  CASE WHEN NOT scope_asked.any_kind THEN TRUE ELSE fit.of_kind END AS of_kind,
  CASE
    WHEN NOT scope_asked.any_market OR sold.sure THEN TRUE
    WHEN known.whole AND sold.product IS NULL THEN FALSE
  END AS on_market
FROM product
CROSS JOIN scope_asked
CROSS JOIN (SELECT count(*) > 0 AS whole FROM complete_table WHERE name = 'party') AS known
LEFT JOIN (
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
) AS fit ON fit.product = product.product
LEFT JOIN (
  SELECT product_market.product, bool_or(product_market.sure) AS sure
  FROM product_market
  JOIN p_markets ON p_markets.value = COALESCE(product_market.name, p_markets.value)
  GROUP BY product_market.product
) AS sold ON sold.product = product.product
