SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/'
    || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
  sent_data.id AS fact
FROM destination
JOIN product_artefact ON product_artefact.product = destination.product
JOIN sent_data ON sent_data.artefact = product_artefact.artefact
  AND (sent_data.address = destination.address
    OR (sent_data.address IS NULL AND lower(sent_data.name) = lower(destination.host)))
