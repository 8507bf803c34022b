WITH owned AS (
  SELECT id, product FROM hidden_access WHERE product IS NOT NULL
  UNION
  SELECT hidden_access.id, product_artefact.product
  FROM hidden_access
  JOIN product_artefact ON product_artefact.artefact = hidden_access.artefact
  WHERE hidden_access.product IS NULL AND hidden_access.artefact <> ''
),
asked AS (SELECT id, UNNEST(mechanisms) AS kind FROM mandated_access),
bound AS (SELECT id, UNNEST(bound_roles) AS role FROM mandated_access),
fit AS (
  SELECT hidden_access.id, mandated_access.id AS law_row, party.id AS party_row
  FROM hidden_access
  JOIN asked ON lower(asked.kind) = lower(hidden_access.kind)
  JOIN mandated_access ON mandated_access.id = asked.id
  JOIN bound ON bound.id = mandated_access.id
  JOIN owned ON owned.id = hidden_access.id
  JOIN party ON party.product = owned.product
    AND (bound.role = 'any' OR lower(bound.role) = lower(party.role))
  JOIN party_market ON party_market.id = party.id
    AND party_market.name = mandated_access.by_state
  WHERE COALESCE(mandated_access.in_force_from <= CAST($as_of AS DATE), TRUE)
    AND COALESCE(CAST($as_of AS DATE) < mandated_access.in_force_to, TRUE)
),
used AS (
  SELECT id, id AS fact FROM hidden_access
  UNION
  SELECT id, law_row AS fact FROM fit
  UNION
  SELECT id, party_row AS fact FROM fit
  UNION
  SELECT owned.id, declaration.id AS fact
  FROM owned
  JOIN product_declaration AS declaration ON declaration.product = owned.product
    AND declaration.kind = 'access'
)
SELECT
  'access:' || COALESCE(hidden_access.product, hidden_access.path, hidden_access.artefact) || '/'
    || hidden_access.kind || '/'
    || COALESCE(hidden_access.constant, hidden_access.locator, '') AS subject,
  used.fact AS fact
FROM used
JOIN hidden_access ON hidden_access.id = used.id
