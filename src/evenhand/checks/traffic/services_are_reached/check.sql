WITH measured AS (
  SELECT
    interference.id, interference.on_day, interference.seen,
    'service:' || COALESCE(interference.service, '') || '/' || COALESCE(interference.place, '')
      AS subject,
    p_services.value IS NOT NULL OR (SELECT count(*) FROM p_services) = 0 AS asked,
    interference.service IS NULL AS nameless
  FROM interference
  LEFT JOIN p_services ON p_services.value = interference.service
)
SELECT
  subject,
  min(on_day) AS on_day,
  COALESCE(min(CASE WHEN seen = 'confirmed' THEN id END), min(id)) AS fact,
  CASE WHEN bool_or(nameless) AND (SELECT count(*) FROM p_services) > 0 THEN NULL
    ELSE bool_or(asked) END AS asked,
  -- an anomaly leaves it open, whatever else was seen
  CASE
    WHEN bool_or(seen = 'confirmed') THEN FALSE
    WHEN bool_or(seen = 'anomaly') THEN NULL
    WHEN bool_or(seen = 'reached') THEN TRUE
  END AS reached
FROM measured
GROUP BY subject
