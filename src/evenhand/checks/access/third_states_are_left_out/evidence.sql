WITH code AS (
  SELECT id, by_state AS code FROM demand
  UNION
  SELECT id, data_located_in AS code FROM demand
  UNION
  SELECT id, people_in AS code FROM demand
),
relied AS (
  SELECT
    demand.id, demand.on_day, agreement.id AS agreement_row, agreement.state_a, agreement.state_b
  FROM demand
  JOIN agreement ON agreement.agreement = demand.agreement OR agreement.type = demand.agreement
  LEFT JOIN membership ON membership.state = demand.by_state
    AND membership.state_group IN (agreement.state_a, agreement.state_b)
  WHERE agreement.type IN (SELECT value FROM p_agreements)
    AND agreement.type NOT IN ('signature only', 'negotiation', 'treaty party', 'adequacy')
    AND (
      demand.by_state IN (agreement.state_a, agreement.state_b) OR membership.state IS NOT NULL
    )
),
used AS (
  SELECT id, agreement_row AS fact FROM relied
  UNION
  SELECT code.id, territory.id AS fact FROM code JOIN territory ON territory.territory = code.code
  UNION
  SELECT relied.id, membership.id AS fact
  FROM relied
  JOIN code ON code.id = relied.id
  JOIN membership ON membership.state = code.code
    AND membership.state_group IN (relied.state_a, relied.state_b)
    AND COALESCE(membership.member_from <= relied.on_day, TRUE)
    AND COALESCE(relied.on_day < membership.member_to, TRUE)
)
SELECT 'demand:' || COALESCE(demand.demand, demand.id) AS subject, used.fact AS fact
FROM used
JOIN demand ON demand.id = used.id
