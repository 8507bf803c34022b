SELECT
  'update:' || COALESCE(update_source.path, update_source.artefact) || '/'
    || COALESCE(update_source.target, update_source.locator, '') AS subject,
  product.id AS fact
FROM update_source
JOIN product_artefact ON product_artefact.artefact = update_source.artefact
JOIN product ON product.product = product_artefact.product
WHERE update_source.artefact <> ''
