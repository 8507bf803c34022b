WITH owned AS (
  SELECT id, product FROM hidden_access WHERE product IS NOT NULL
  UNION
  SELECT hidden_access.id, min(product_artefact.product) AS product
  FROM hidden_access
  JOIN product_artefact ON product_artefact.artefact = hidden_access.artefact
  WHERE hidden_access.product IS NULL AND hidden_access.artefact <> ''
  GROUP BY hidden_access.id
  HAVING count(DISTINCT product_artefact.product) = 1
),
barred AS (
  -- a kind that is only like a barred one is not known to be of it
  SELECT
    hidden_access.kind,
    CASE
      WHEN bool_or(lower(hidden_access.kind) = lower(p_access.value)) THEN TRUE
      WHEN bool_or(
        contains(lower(hidden_access.kind), lower(p_access.value))
        OR contains(lower(p_access.value), lower(hidden_access.kind))
      ) THEN NULL
      ELSE FALSE
    END AS same
  FROM hidden_access
  CROSS JOIN p_access
  GROUP BY hidden_access.kind
),
found AS (
  SELECT
    hidden_access.id, owned.product,
    'access:' || COALESCE(hidden_access.product, hidden_access.path, hidden_access.artefact) || '/'
      || hidden_access.kind || '/'
      || COALESCE(hidden_access.constant, hidden_access.locator, '') AS subject,
    barred.same AS of_access,
    CASE
      WHEN hidden_access.effect_shown THEN TRUE
      WHEN NOT hidden_access.effect_shown AND COALESCE(hidden_access.strength, 0) = 0 THEN FALSE
    END AS shown
  FROM hidden_access
  LEFT JOIN barred ON barred.kind = hidden_access.kind
  LEFT JOIN owned ON owned.id = hidden_access.id
),
ranked AS (
  SELECT
    id, product, subject, of_access, shown,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY CASE WHEN shown THEN 0 WHEN shown IS NULL THEN 1 ELSE 2 END, id
    ) AS place
  FROM found
)
SELECT
  ranked.subject,
  scope.offered_on AS on_day,
  ranked.id AS fact,
  ranked.of_access,
  CASE WHEN NOT scope_asked.any_kind THEN TRUE ELSE scope.of_kind END AS of_kind,
  CASE WHEN NOT scope_asked.any_market THEN TRUE ELSE scope.on_market END AS on_market,
  ranked.shown
FROM ranked
CROSS JOIN scope_asked
LEFT JOIN product_scope AS scope ON scope.product = ranked.product
WHERE ranked.place = 1
