WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
only_one AS (
  SELECT CASE WHEN count(DISTINCT product) = 1 THEN min(product) END AS product FROM product
),
used AS (
  SELECT id, id AS fact FROM destination
  UNION
  SELECT id, fact FROM destination_control WHERE fact IS NOT NULL
  UNION
  SELECT destination_control.id, territory.id AS fact
  FROM destination_control
  JOIN territory ON territory.territory = destination_control.state
  UNION
  SELECT destination.id, declaration.id AS fact
  FROM declaration
  LEFT JOIN owned ON declaration.product IS NULL AND owned.artefact = declaration.artefact
  CROSS JOIN only_one
  JOIN destination
    ON destination.product = COALESCE(declaration.product, owned.product, only_one.product)
  WHERE declaration.kind = 'control'
)
SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  used.fact AS fact
FROM used
JOIN destination ON destination.id = used.id
