SELECT
  'release:' || product || '/' || COALESCE(version, CAST(on_day AS VARCHAR), id) AS subject,
  on_day,
  id AS fact,
  -- a row that tells of a cut-off alone is no upgrade
  CASE
    WHEN version IS NOT NULL OR forced IS NOT NULL THEN TRUE
    WHEN cut_off IS NOT NULL THEN FALSE
  END AS upgrade,
  forced
FROM release
