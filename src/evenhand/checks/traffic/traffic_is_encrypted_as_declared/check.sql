WITH said AS (
  SELECT
    product, lower(host) AS host, complete, text IS NOT DISTINCT FROM 'none' AS denied,
    -- other words may mean less than all of it
    COALESCE(text, 'all traffic') IN ('all traffic', 'none') AS plain
  FROM product_declaration
  WHERE kind = 'encryption'
),
met AS (
  SELECT
    destination.id, bool_or(said.plain AND NOT said.denied) AS declared,
    bool_or(said.denied) AS denied, bool_or(NOT said.plain) AS vague
  FROM destination
  JOIN said ON said.product = destination.product
  WHERE said.host IS NULL OR said.host = lower(destination.host)
    OR said.host = destination.address
    OR (said.host LIKE '*.%' AND right(lower(destination.host), length(said.host) - 1)
      = substr(said.host, 2))
  GROUP BY destination.id
),
rule AS (
  SELECT product, COALESCE(bool_or(complete), FALSE) AS whole FROM said GROUP BY product
),
known AS (
  SELECT
    'destination:' || COALESCE(destination.product, '') || '/'
      || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
    destination.id, destination.first_seen, destination.encrypted,
    CASE
      WHEN destination.address IS NOT NULL
        THEN COALESCE(destination.special, '') IN ('', 'documentation')
    END AS public,
    CASE
      WHEN met.declared AND NOT met.denied THEN TRUE
      WHEN met.denied AND NOT met.declared THEN FALSE
      WHEN met.id IS NULL AND rule.whole AND destination.host IS NOT NULL THEN FALSE
    END AS declared
  FROM destination
  LEFT JOIN met ON met.id = destination.id
  LEFT JOIN rule ON rule.product = destination.product
),
weighed AS (
  SELECT
    known.*,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY
        CASE
          WHEN public AND NOT encrypted AND declared THEN 0
          WHEN COALESCE(public, TRUE) AND NOT COALESCE(encrypted OR NOT declared, FALSE) THEN 1
          WHEN public THEN 2
          ELSE 3
        END,
        id
    ) AS place
  FROM known
)
SELECT subject, CAST(first_seen AS DATE) AS on_day, id AS fact, public, declared, encrypted
FROM weighed
WHERE place = 1
