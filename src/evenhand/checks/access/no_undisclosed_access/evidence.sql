SELECT
  'access:' || COALESCE(product, path, artefact) || '/' || kind || '/'
    || COALESCE(constant, locator, '') AS subject,
  id AS fact
FROM hidden_access
