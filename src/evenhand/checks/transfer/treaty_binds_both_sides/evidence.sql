WITH met AS (
  SELECT accord.id, accord.row_1, accord.row_2, accord.membership_1, accord.membership_2
  FROM demand_accord AS accord
  JOIN demand ON demand.id = accord.id AND demand.agreement = accord.agreement
  JOIN p_treaties ON p_treaties.value = accord.agreement
),
fact AS (
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
  SELECT demand.id, given.id AS fact
  FROM demand
  CROSS JOIN (SELECT id, UNNEST(complete_for) AS complete_table FROM reading) AS given
  WHERE given.complete_table = 'agreement'
)
SELECT 'demand:' || demand.demand AS subject, fact.fact AS fact
FROM fact
JOIN demand ON demand.id = fact.id
WHERE fact.fact IS NOT NULL
