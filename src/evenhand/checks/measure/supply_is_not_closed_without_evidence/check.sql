SELECT
  'measure:' || COALESCE(measure.measure, measure.id) AS subject,
  measure.on_day AS on_day,
  measure.id AS fact,
  CASE
    WHEN measure.kind IN (SELECT value FROM p_no_measures) THEN FALSE
    ELSE measure.closes_supply
  END AS closes_supply,
  CASE measure.evidence_cited WHEN 'yes' THEN TRUE WHEN 'no' THEN FALSE END AS evidence_cited
FROM measure
