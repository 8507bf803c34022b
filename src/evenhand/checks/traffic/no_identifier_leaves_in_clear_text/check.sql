WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
hit AS (
  -- what was recognised, by product and the address or name that it was sent to
  SELECT owned.product, sent_data.address, lower(sent_data.name) AS name, sent_data.clear_text
  FROM sent_data
  JOIN owned ON owned.artefact = sent_data.artefact
  LEFT JOIN p_categories ON p_categories.value = sent_data.category
  WHERE COALESCE(sent_data.found, 1) > 0
    AND (p_categories.value IS NOT NULL OR (SELECT count(*) FROM p_categories) = 0)
),
met AS (
  SELECT
    destination.id, bool_or(hit.clear_text) AS clear,
    bool_or(hit.clear_text IS NULL) AS clear_open
  FROM destination
  JOIN hit ON hit.product = destination.product
    AND (hit.address = destination.address
      OR (hit.address IS NULL AND hit.name = lower(destination.host)))
  GROUP BY destination.id
),
looked AS (
  -- nothing found is "none" only where somebody says that everything was looked at
  SELECT count(*) > 0 AS whole FROM complete_table WHERE name = 'sent_data'
),
word AS (
  SELECT
    product,
    bool_or(kind = 'clear text' AND text IS DISTINCT FROM 'none') AS clear,
    bool_or(kind = 'encryption' AND host IS NULL AND text IS DISTINCT FROM 'none') AS sealed
  FROM product_declaration
  WHERE kind IN ('clear text', 'encryption')
  GROUP BY product
),
known AS (
  SELECT
    destination.id, destination.first_seen,
    'destination:' || COALESCE(destination.product, '') || '/'
      || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
    CASE
      WHEN destination.address IS NOT NULL
        THEN COALESCE(destination.special, '') IN ('', 'documentation')
    END AS public,
    CASE WHEN met.clear THEN TRUE ELSE NOT destination.encrypted END AS clear,
    CASE
      WHEN met.clear THEN TRUE
      WHEN met.clear_open OR NOT looked.whole THEN NULL
      ELSE FALSE
    END AS identifiers,
    CASE
      WHEN $disclosure IS NULL THEN FALSE
      WHEN word.clear THEN TRUE
      WHEN word.sealed THEN FALSE
    END AS disclosed
  FROM destination
  LEFT JOIN met ON met.id = destination.id
  LEFT JOIN word ON word.product = destination.product
  CROSS JOIN looked
),
weighed AS (
  SELECT
    known.*,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY
        CASE
          WHEN public AND clear AND identifiers AND NOT disclosed THEN 0
          WHEN COALESCE(public, TRUE)
            AND NOT COALESCE(NOT clear OR NOT identifiers OR disclosed, FALSE) THEN 1
          WHEN public THEN 2
          ELSE 3
        END,
        id
    ) AS place
  FROM known
)
SELECT
  subject, CAST(first_seen AS DATE) AS on_day, id AS fact, public, clear, identifiers, disclosed
FROM weighed
WHERE place = 1
