WITH met AS (
  SELECT id, row_1, row_2, membership_1, membership_2
  FROM demand_accord
  WHERE type IN (SELECT value FROM p_assistance) OR agreement IN (SELECT value FROM p_assistance)
),
used AS (
  SELECT id, row_1 AS fact FROM met
  UNION
  SELECT id, row_2 AS fact FROM met
  UNION
  SELECT id, membership_1 AS fact FROM met
  UNION
  SELECT id, membership_2 AS fact FROM met
  UNION
  SELECT demand.id, territory.id AS fact
  FROM demand
  JOIN territory ON territory.territory IN (demand.by_state, demand.data_located_in)
  UNION
  -- whoever says that the agreements given are all there are
  SELECT demand.id, said.id AS fact
  FROM demand
  CROSS JOIN (SELECT id, UNNEST(complete_for) AS complete_table FROM reading) AS said
  WHERE said.complete_table = 'agreement'
)
SELECT 'demand:' || COALESCE(demand.demand, demand.id) AS subject, used.fact AS fact
FROM used
JOIN demand ON demand.id = used.id
WHERE used.fact IS NOT NULL
