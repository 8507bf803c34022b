WITH met AS (
  SELECT
    accord.id,
    CASE
      WHEN bool_or(accord.in_force) THEN TRUE
      WHEN bool_or(accord.in_force IS NULL) THEN NULL
      ELSE FALSE
    END AS in_force
  FROM demand_accord AS accord
  JOIN demand ON demand.id = accord.id AND demand.agreement = accord.agreement
  JOIN p_treaties ON p_treaties.value = accord.agreement
  WHERE accord.type = 'treaty party'
  GROUP BY accord.id
),
whole AS (
  SELECT count(*) > 0 AS agreements FROM complete_table WHERE name = 'agreement'
)
SELECT
  'demand:' || demand.demand AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  demand.agreement IN (SELECT value FROM p_treaties) AS relied_on,
  CASE
    WHEN demand.by_state IS NULL OR demand.data_located_in IS NULL THEN NULL
    WHEN met.id IS NOT NULL THEN met.in_force
    WHEN whole.agreements THEN FALSE
  END AS binds_both
FROM demand
LEFT JOIN met ON met.id = demand.id
CROSS JOIN whole
