WITH side AS (
  SELECT id, 'asks' AS part, by_state AS code, on_day FROM demand
  UNION ALL
  SELECT
    id, 'gives' AS part,
    CASE WHEN $place = 'to_state' THEN to_state ELSE data_located_in END AS code, on_day
  FROM demand
),
named AS (
  SELECT side.id, side.part, bound_name.name, bound_name.membership
  FROM side
  JOIN bound_name ON bound_name.code = side.code
    AND COALESCE(bound_name.member_from <= side.on_day, TRUE)
    AND COALESCE(side.on_day < bound_name.member_to, TRUE)
),
accord AS (
  SELECT
    demand.id, pair.row_1, pair.row_2, asks.membership AS membership_1,
    gives.membership AS membership_2
  FROM demand
  JOIN named AS asks ON asks.id = demand.id AND asks.part = 'asks'
  JOIN named AS gives ON gives.id = demand.id AND gives.part = 'gives'
  JOIN agreement_pair AS pair ON pair.taker = asks.name AND pair.giver = gives.name
    AND (pair.agreement = demand.agreement OR pair.type = demand.agreement)
  WHERE pair.type IN (SELECT value FROM p_agreements)
    OR pair.agreement IN (SELECT value FROM p_agreements)
),
fact AS (
  SELECT id, row_1 AS fact FROM accord
  UNION
  SELECT id, row_2 AS fact FROM accord
  UNION
  SELECT id, membership_1 AS fact FROM accord
  UNION
  SELECT id, membership_2 AS fact FROM accord
  UNION
  SELECT named.id, named.membership AS fact FROM named JOIN p_area ON p_area.value = named.name
  UNION
  SELECT side.id, territory.id AS fact FROM side JOIN territory ON territory.territory = side.code
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
