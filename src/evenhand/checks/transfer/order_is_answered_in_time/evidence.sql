WITH side AS (
  SELECT id, by_state AS code FROM demand
  UNION
  SELECT id, to_state AS code FROM demand
),
fact AS (
  SELECT side.id, bound_name.membership AS fact
  FROM side
  JOIN bound_name ON bound_name.code = side.code
  JOIN p_area ON p_area.value = bound_name.name
  UNION
  SELECT side.id, territory.id AS fact FROM side JOIN territory ON territory.territory = side.code
)
SELECT 'demand:' || demand.demand AS subject, fact.fact AS fact
FROM fact
JOIN demand ON demand.id = fact.id
WHERE fact.fact IS NOT NULL
