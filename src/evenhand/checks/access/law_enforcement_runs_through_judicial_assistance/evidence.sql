WITH land AS (
  SELECT
    territory,
    CASE WHEN count(DISTINCT sovereign) = 1 THEN min(sovereign) END AS sovereign
  FROM territory
  GROUP BY territory
),
side AS (
  SELECT id, 'demands' AS part, by_state AS code, on_day FROM demand WHERE by_state IS NOT NULL
  UNION ALL
  SELECT id, 'holds' AS part, data_located_in AS code, on_day
  FROM demand WHERE data_located_in IS NOT NULL
),
state AS (
  SELECT id, part, code AS name, on_day FROM side
  UNION ALL
  SELECT side.id, side.part, own.sovereign AS name, side.on_day
  FROM side
  JOIN land AS own ON own.territory = side.code AND own.sovereign <> side.code
),
bound AS (
  SELECT id, part, name, CAST(NULL AS VARCHAR) AS membership FROM state
  UNION ALL
  SELECT state.id, state.part, membership.state_group AS name, membership.id AS membership
  FROM state
  JOIN membership ON membership.state = state.name
    AND COALESCE(membership.member_from <= state.on_day, TRUE)
    AND COALESCE(state.on_day < membership.member_to, TRUE)
),
accord AS (
  SELECT id, agreement, type, state_a, state_b
  FROM agreement
  WHERE type NOT IN ('signature only', 'negotiation')
    AND (
      type IN (SELECT value FROM p_assistance)
      OR agreement IN (SELECT value FROM p_assistance)
    )
),
pair AS (
  SELECT state_a AS taker, state_b AS giver, id AS row_1, id AS row_2
  FROM accord WHERE type NOT IN ('treaty party', 'adequacy')
  UNION ALL
  SELECT state_b, state_a, id, id FROM accord WHERE type <> 'treaty party'
  UNION ALL
  SELECT one.state_b, two.state_b, one.id, two.id
  FROM accord AS one
  JOIN accord AS two ON two.agreement = one.agreement AND two.state_b <> one.state_b
  WHERE one.type = 'treaty party' AND two.type = 'treaty party'
),
met AS (
  SELECT
    demands.id, pair.row_1, pair.row_2,
    demands.membership AS membership_1, holds.membership AS membership_2
  FROM bound AS demands
  JOIN bound AS holds ON holds.id = demands.id AND holds.part = 'holds'
  JOIN pair ON pair.taker = demands.name AND pair.giver = holds.name
  WHERE demands.part = 'demands'
),
said AS (
  SELECT id, UNNEST(complete_for) AS complete_table FROM reading
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
  SELECT side.id, territory.id AS fact FROM side JOIN territory ON territory.territory = side.code
  UNION
  -- whoever says that the agreements given are all there are
  SELECT demand.id, said.id AS fact
  FROM demand
  JOIN said ON said.complete_table = 'agreement'
)
SELECT 'demand:' || COALESCE(demand.demand, demand.id) AS subject, used.fact AS fact
FROM used
JOIN demand ON demand.id = used.id
WHERE used.fact IS NOT NULL
