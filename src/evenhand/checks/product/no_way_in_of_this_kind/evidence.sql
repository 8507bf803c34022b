SELECT
  'access:' || COALESCE(hidden_access.product, hidden_access.path, hidden_access.artefact) || '/'
    || hidden_access.kind || '/'
    || COALESCE(hidden_access.constant, hidden_access.locator, '') AS subject,
  product.id AS fact
FROM hidden_access
LEFT JOIN product_artefact ON product_artefact.artefact = hidden_access.artefact
  AND hidden_access.product IS NULL AND hidden_access.artefact <> ''
JOIN product ON product.product = COALESCE(hidden_access.product, product_artefact.product)
