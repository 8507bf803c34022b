WITH used AS (
  SELECT id, id AS fact FROM destination
  UNION
  SELECT id, fact FROM destination_control WHERE fact IS NOT NULL
  UNION
  SELECT destination_control.id, territory.id AS fact
  FROM destination_control
  JOIN territory ON territory.territory = destination_control.state
  UNION
  SELECT destination.id, said.id AS fact
  FROM destination
  JOIN product_declaration AS said ON said.product = destination.product AND said.kind = 'control'
)
SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  used.fact AS fact
FROM used
JOIN destination ON destination.id = used.id
