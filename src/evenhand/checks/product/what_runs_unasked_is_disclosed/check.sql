WITH told AS (
  SELECT finding, TRUE AS any_met FROM disclosure GROUP BY finding
),
owned AS (
  SELECT artefact, min(product) AS product FROM product_artefact
  WHERE artefact <> '' GROUP BY artefact HAVING count(DISTINCT product) = 1
),
declared AS (
  SELECT
    behaviour.id,
    COALESCE(bool_or(product_declaration.complete), FALSE) AS whole,
    COALESCE(bool_or(
      contains(product_declaration.said, lower(behaviour.kind))
      OR contains(lower(behaviour.target), product_declaration.said)
      OR contains(product_declaration.said, lower(behaviour.target))
    ), FALSE) AS alike
  FROM behaviour
  JOIN owned ON owned.artefact = behaviour.artefact
  JOIN product_declaration ON product_declaration.product = owned.product
    AND product_declaration.kind = 'access'
  GROUP BY behaviour.id
),
sort AS (
  -- a kind that is only like one that is asked for is not known to be of it
  SELECT
    behaviour.kind,
    CASE
      WHEN bool_or(lower(behaviour.kind) = lower(p_behaviours.value)) THEN TRUE
      WHEN bool_or(
        contains(lower(behaviour.kind), lower(p_behaviours.value))
        OR contains(lower(p_behaviours.value), lower(behaviour.kind))
      ) THEN NULL
      ELSE FALSE
    END AS same
  FROM behaviour
  CROSS JOIN p_behaviours
  GROUP BY behaviour.kind
),
done AS (
  SELECT
    behaviour.id,
    'behaviour:' || COALESCE(behaviour.path, behaviour.artefact) || '/' || behaviour.kind || '/'
      || COALESCE(behaviour.target, behaviour.locator, '') AS subject,
    sort.same AS of_kind,
    CASE
      WHEN behaviour.moment IN ('at install', 'at import', 'at start') THEN TRUE
      WHEN behaviour.moment IN ('when called', 'when run') THEN FALSE
    END AS unasked,
    CASE
      WHEN told.any_met THEN TRUE
      WHEN declared.whole AND NOT declared.alike THEN FALSE
    END AS disclosed
  FROM behaviour
  LEFT JOIN sort ON sort.kind = behaviour.kind
  LEFT JOIN told ON told.finding = behaviour.id
  LEFT JOIN declared ON declared.id = behaviour.id
),
ranked AS (
  -- one row for each subject: the plainest first
  SELECT
    id, subject, of_kind, unasked, disclosed,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY
        CASE
          WHEN unasked AND NOT disclosed THEN 0
          WHEN unasked THEN 1
          WHEN unasked IS NULL THEN 2
          ELSE 3
        END,
        id
    ) AS place
  FROM done
)
SELECT subject, CAST(NULL AS DATE) AS on_day, id AS fact, of_kind, unasked, disclosed
FROM ranked
WHERE place = 1
