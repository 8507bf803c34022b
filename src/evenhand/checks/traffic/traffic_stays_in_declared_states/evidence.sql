WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
only_one AS (
  SELECT CASE WHEN count(DISTINCT product) = 1 THEN min(product) END AS product FROM product
),
said AS (
  SELECT
    declaration.id, COALESCE(declaration.product, owned.product, only_one.product) AS product
  FROM declaration
  LEFT JOIN owned ON declaration.product IS NULL AND owned.artefact = declaration.artefact
  CROSS JOIN only_one
  WHERE declaration.kind = 'state'
),
used AS (
  SELECT id, id AS fact FROM destination
  UNION
  SELECT destination.id, place.id AS fact
  FROM destination
  JOIN place ON place.address = destination.address
  UNION
  SELECT destination.id, territory.id AS fact
  FROM destination
  JOIN place ON place.address = destination.address
  JOIN territory ON territory.territory = place.located_in
  UNION
  SELECT destination.id, said.id AS fact
  FROM destination
  JOIN said ON said.product = destination.product
)
SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  used.fact AS fact
FROM used
JOIN destination ON destination.id = used.id
