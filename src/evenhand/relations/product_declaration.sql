-- What is declared, each with the product that it is said of: the one that it names, else that of
-- the artefact that says it, else the only one there is.
WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
only_one AS (
  SELECT CASE WHEN count(DISTINCT product) = 1 THEN min(product) END AS product FROM product
)
SELECT
  declaration.id, COALESCE(declaration.product, owned.product, only_one.product) AS product,
  lower(trim(declaration.kind)) AS kind, declaration.host, declaration.state, declaration.text,
  lower(trim(declaration.text)) AS said,
  declaration.complete, declaration.on_day, declaration.until_day
FROM declaration
LEFT JOIN owned ON declaration.product IS NULL AND owned.artefact = declaration.artefact
CROSS JOIN only_one
