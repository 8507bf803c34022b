SELECT
  'release:' || product || '/' || COALESCE(version, '') AS subject,
  on_day,
  id AS fact,
  cut_off
FROM release
