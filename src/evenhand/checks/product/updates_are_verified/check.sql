WITH owned AS (
  SELECT update_source.id, min(product_artefact.product) AS product
  FROM update_source
  JOIN product_artefact ON product_artefact.artefact = update_source.artefact
  WHERE update_source.artefact <> ''
  GROUP BY update_source.id
  HAVING count(DISTINCT product_artefact.product) = 1
),
found AS (
  SELECT
    'update:' || COALESCE(update_source.path, update_source.artefact) || '/'
      || COALESCE(update_source.target, update_source.locator, '') AS subject,
    min(update_source.id) AS fact,
    min(owned.product) AS product,
    CASE
      WHEN bool_or(NOT update_source.verified) THEN FALSE
      WHEN bool_or(update_source.verified IS NULL) THEN NULL
      ELSE TRUE
    END AS checked
  FROM update_source
  LEFT JOIN owned ON owned.id = update_source.id
  GROUP BY 'update:' || COALESCE(update_source.path, update_source.artefact) || '/'
    || COALESCE(update_source.target, update_source.locator, '')
)
SELECT
  found.subject,
  scope.offered_on AS on_day,
  found.fact,
  CASE WHEN NOT scope_asked.any_kind THEN TRUE ELSE scope.of_kind END AS of_kind,
  CASE WHEN NOT scope_asked.any_market THEN TRUE ELSE scope.on_market END AS on_market,
  found.checked
FROM found
CROSS JOIN scope_asked
LEFT JOIN product_scope AS scope ON scope.product = found.product
