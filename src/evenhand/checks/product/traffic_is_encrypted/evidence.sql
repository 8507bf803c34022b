SELECT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(destination.host, destination.address, destination.id) AS subject,
  host_name.id AS fact
FROM destination
JOIN product_artefact ON product_artefact.product = destination.product
JOIN host_name ON host_name.artefact = product_artefact.artefact
  AND host_name.address = destination.address
WHERE host_name.source IN ('http', 'https', 'tls', 'quic')
UNION
SELECT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(destination.host, destination.address, destination.id) AS subject,
  product.id AS fact
FROM destination
JOIN product ON product.product = destination.product
