WITH told AS (
  SELECT finding, TRUE AS any_met FROM disclosure GROUP BY finding
),
sent AS (
  SELECT
    behaviour.id,
    'behaviour:' || COALESCE(behaviour.path, behaviour.artefact) || '/' || behaviour.kind || '/'
      || COALESCE(behaviour.target, behaviour.locator, '') AS subject,
    CASE
      WHEN lower(behaviour.kind) NOT IN (SELECT lower(value) FROM p_sending) THEN FALSE
      WHEN behaviour.target IS NOT NULL AND behaviour.target <> '' THEN TRUE
    END AS sends,
    CASE
      WHEN behaviour.consent = 'opt-in' THEN TRUE
      WHEN told.any_met THEN NULL
      -- that no choice was seen around it does not show that none is asked for
      WHEN behaviour.consent = 'none'
        AND behaviour.moment IN ('at install', 'at import', 'at start') THEN FALSE
    END AS agreed
  FROM behaviour
  LEFT JOIN told ON told.finding = behaviour.id
),
ranked AS (
  -- one row for each subject: the plainest first
  SELECT
    id, subject, sends, agreed,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY CASE WHEN NOT agreed THEN 0 WHEN agreed IS NULL THEN 1 ELSE 2 END, id
    ) AS place
  FROM sent
)
SELECT subject, CAST(NULL AS DATE) AS on_day, id AS fact, sends, agreed
FROM ranked
WHERE place = 1
