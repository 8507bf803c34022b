-- What kinds of product a product is said to be, and not to be; a kind said both ways is not known.
SELECT
  product, kind,
  CASE WHEN count(DISTINCT is_kind) = 1 THEN bool_and(is_kind) END AS is_kind
FROM (
  SELECT product, lower(trim(kind)) AS kind, TRUE AS is_kind
  FROM (SELECT product, UNNEST(kinds) AS kind FROM product) AS said
  UNION ALL
  SELECT product, lower(trim(kind)) AS kind, FALSE AS is_kind
  FROM (SELECT product, UNNEST(not_kinds) AS kind FROM product) AS denied
) AS told
GROUP BY product, kind
