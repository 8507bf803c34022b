WITH code AS (
  SELECT id, by_state AS code FROM demand
  UNION
  SELECT id, provider_state AS code FROM demand
  UNION
  SELECT id, people_in AS code FROM demand
),
used AS (
  SELECT code.id, territory.id AS fact
  FROM code
  JOIN territory ON territory.territory = code.code
  UNION
  SELECT demand.id, pair.row_1 AS fact
  FROM demand
  JOIN bound_name AS taker ON taker.code = demand.by_state
  JOIN bound_name AS giver ON giver.code = demand.provider_state
  JOIN agreement_pair AS pair ON pair.taker = taker.name AND pair.giver = giver.name
  WHERE pair.type IN (SELECT value FROM p_agreements)
    OR pair.agreement IN (SELECT value FROM p_agreements)
)
SELECT 'demand:' || COALESCE(demand.demand, demand.id) AS subject, used.fact AS fact
FROM used
JOIN demand ON demand.id = used.id
