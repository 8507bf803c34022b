WITH used AS (
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
  JOIN product_declaration AS said ON said.product = destination.product AND said.kind = 'state'
)
SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  used.fact AS fact
FROM used
JOIN destination ON destination.id = used.id
