WITH found AS (
  SELECT
    id,
    'access:' || COALESCE(product, path, artefact) || '/' || kind || '/'
      || COALESCE(constant, locator, '') AS subject,
    -- a score beside "no path shown" leaves the question open
    CASE
      WHEN effect_shown THEN TRUE
      WHEN NOT effect_shown AND COALESCE(strength, 0) = 0 THEN FALSE
    END AS shown,
    CASE
      WHEN disclosure IN ('mandated', 'documented') THEN TRUE
      WHEN disclosure = 'undisclosed' THEN FALSE
    END AS disclosed
  FROM hidden_access
),
ranked AS (
  -- one row for each subject, so that conditions of different finds never mix: the plainest
  -- undisclosed one, else one that is open, else the rest
  SELECT
    id, subject, shown, disclosed,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY
        CASE
          WHEN shown AND NOT disclosed THEN 0
          WHEN COALESCE(NOT disclosed AND NOT shown, FALSE) THEN 3
          WHEN disclosed THEN 2
          ELSE 1
        END,
        id
    ) AS place
  FROM found
)
SELECT subject, CAST(NULL AS DATE) AS on_day, id AS fact, shown, disclosed
FROM ranked
WHERE place = 1
