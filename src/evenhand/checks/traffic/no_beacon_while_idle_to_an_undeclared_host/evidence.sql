SELECT DISTINCT
  'destination:' || COALESCE(destination_declared.product, '') || '/'
    || COALESCE(destination_declared.name, destination_declared.id) AS subject,
  beacon.id AS fact
FROM destination_declared
JOIN beacon ON beacon.product = destination_declared.product
  AND beacon.address = destination_declared.address
UNION
SELECT DISTINCT
  'destination:' || COALESCE(destination_declared.product, '') || '/'
    || COALESCE(destination_declared.name, destination_declared.id) AS subject,
  declaration.id AS fact
FROM destination_declared
JOIN declaration ON declaration.product = destination_declared.product
WHERE declaration.kind = 'host'
