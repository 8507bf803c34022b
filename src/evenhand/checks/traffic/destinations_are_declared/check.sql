SELECT
  'destination:' || COALESCE(product, '') || '/' || COALESCE(name, id) AS subject,
  CAST(min(first_seen) AS DATE) AS on_day,
  min(id) AS fact,
  -- addresses that are no place leave the name in scope as long as one of them is
  CASE
    WHEN bool_or(public) THEN TRUE WHEN bool_or(public IS NULL) THEN NULL ELSE FALSE
  END AS public,
  CASE
    WHEN bool_or(NOT declared AND COALESCE(public, TRUE)) THEN FALSE
    WHEN bool_or(declared IS NULL AND COALESCE(public, TRUE)) THEN NULL
    WHEN bool_or(declared) THEN TRUE
    WHEN bool_or(NOT declared) THEN FALSE
  END AS declared
FROM destination_declared
GROUP BY 'destination:' || COALESCE(product, '') || '/' || COALESCE(name, id)
