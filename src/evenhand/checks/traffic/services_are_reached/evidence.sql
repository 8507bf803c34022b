SELECT
  'service:' || COALESCE(service, '') || '/' || COALESCE(place, '') AS subject, id AS fact
FROM interference
