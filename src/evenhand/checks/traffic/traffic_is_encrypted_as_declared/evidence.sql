SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  declaration.id AS fact
FROM destination
JOIN declaration ON declaration.product = destination.product
WHERE declaration.kind = 'encryption'
UNION
SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  flow.id AS fact
FROM destination
JOIN product_artefact ON product_artefact.product = destination.product
JOIN flow ON flow.artefact = product_artefact.artefact
  AND flow.server_address = destination.address AND flow.layer = 'inner'
WHERE NOT flow.encrypted
