SELECT
  'release:' || product || '/' || COALESCE(version, CAST(on_day AS VARCHAR), id) AS subject,
  on_day,
  id AS fact,
  cut_off
FROM release
