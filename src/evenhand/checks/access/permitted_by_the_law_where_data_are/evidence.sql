WITH code AS (
  SELECT id, by_state AS code FROM demand
  UNION
  SELECT id, data_located_in AS code FROM demand
)
SELECT 'demand:' || COALESCE(demand.demand, demand.id) AS subject, territory.id AS fact
FROM code
JOIN demand ON demand.id = code.id
JOIN territory ON territory.territory = code.code
