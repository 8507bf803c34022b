WITH owned AS (
  SELECT id, product FROM hidden_access WHERE product IS NOT NULL
  UNION
  SELECT hidden_access.id, product_artefact.product
  FROM hidden_access
  JOIN product_artefact ON product_artefact.artefact = hidden_access.artefact
  WHERE hidden_access.product IS NULL AND hidden_access.artefact <> ''
),

-- laws that ask for a mechanism of its kind, and bind whoever has a role in the product in a
-- market that they reach; one that needs an order is met only where the record names it
asked AS (SELECT id, UNNEST(mechanisms) AS kind FROM mandated_access),
bound AS (SELECT id, UNNEST(bound_roles) AS role FROM mandated_access),
fit AS (
  SELECT
    hidden_access.id,
    mandated_access.in_force_from <= CAST($as_of AS DATE)
      AND party_market.sure
      AND (mandated_access.standing OR mandated_access.mandate = hidden_access.mandate) AS sure
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
ordered AS (
  SELECT id, COALESCE(bool_or(sure), FALSE) AS sure, TRUE AS any_met FROM fit GROUP BY id
),
sought AS (SELECT lower(kind) AS kind, TRUE AS any_met FROM asked GROUP BY lower(kind)),

-- what the maker says of ways in; a name that is only like one says nothing
told AS (
  SELECT
    hidden_access.id,
    COALESCE(bool_or(declaration.complete), FALSE) AS whole,
    COALESCE(bool_or(
      declaration.said IN (lower(hidden_access.kind), lower(hidden_access.constant))
    ), FALSE) AS same,
    COALESCE(bool_or(
      contains(declaration.said, lower(hidden_access.kind))
      OR contains(lower(hidden_access.kind), declaration.said)
      OR contains(declaration.said, lower(hidden_access.constant))
      OR contains(lower(hidden_access.constant), declaration.said)
    ), FALSE) AS alike
  FROM hidden_access
  JOIN owned ON owned.id = hidden_access.id
  JOIN product_declaration AS declaration ON declaration.product = owned.product
    AND declaration.kind = 'access'
  GROUP BY hidden_access.id
),
found AS (
  SELECT
    hidden_access.id,
    'access:' || COALESCE(hidden_access.product, hidden_access.path, hidden_access.artefact) || '/'
      || hidden_access.kind || '/'
      || COALESCE(hidden_access.constant, hidden_access.locator, '') AS subject,
    -- a score beside "no path shown" leaves the question open
    CASE
      WHEN hidden_access.effect_shown THEN TRUE
      WHEN NOT hidden_access.effect_shown AND COALESCE(hidden_access.strength, 0) = 0 THEN FALSE
    END AS shown,
    CASE
      WHEN ordered.sure THEN TRUE
      WHEN ordered.any_met THEN NULL
      WHEN hidden_access.disclosure = 'undisclosed' THEN FALSE
      WHEN sought.any_met OR hidden_access.disclosure = 'mandated'
        OR hidden_access.mandate IS NOT NULL THEN NULL
      ELSE FALSE
    END AS mandated,
    CASE
      WHEN NOT hidden_access.controllable THEN FALSE
      WHEN hidden_access.disclosure = 'documented' THEN TRUE
      WHEN told.same AND hidden_access.controllable THEN TRUE
      WHEN hidden_access.disclosure = 'undisclosed' THEN FALSE
      WHEN told.whole AND NOT told.alike THEN FALSE
    END AS documented
  FROM hidden_access
  LEFT JOIN ordered ON ordered.id = hidden_access.id
  LEFT JOIN sought ON sought.kind = lower(hidden_access.kind)
  LEFT JOIN told ON told.id = hidden_access.id
),
ranked AS (
  -- one row for each subject, so that conditions of different finds never mix: the plainest
  -- undisclosed one, else one that is open (a shown one first), else the rest
  SELECT
    id, subject, shown, mandated, documented,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY
        CASE
          WHEN shown AND NOT (mandated OR documented) THEN 0
          WHEN COALESCE(NOT (mandated OR documented) AND NOT shown, FALSE) THEN 3
          WHEN mandated OR documented THEN 2
          ELSE 1
        END,
        CASE WHEN shown THEN 0 ELSE 1 END,
        id
    ) AS place
  FROM found
)
SELECT
  subject, CAST(NULL AS DATE) AS on_day, id AS fact, shown, mandated, documented
FROM ranked
WHERE place = 1
