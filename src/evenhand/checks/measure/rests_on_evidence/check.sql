SELECT
  'measure:' || COALESCE(measure.measure, measure.id) AS subject,
  measure.on_day AS on_day,
  measure.id AS fact,
  CASE
    WHEN measure.kind IN (SELECT value FROM p_no_measures) THEN FALSE
    WHEN measure.kind IS NOT NULL AND measure.target IS NOT NULL THEN TRUE
  END AS aimed,
  CASE measure.evidence_cited WHEN 'yes' THEN TRUE WHEN 'no' THEN FALSE END AS evidence_cited
FROM measure
