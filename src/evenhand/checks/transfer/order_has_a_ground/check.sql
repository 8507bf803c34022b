WITH side AS (
  SELECT id, 'asks' AS part, by_state AS code, on_day FROM demand
  UNION ALL
  SELECT
    id, 'gives' AS part,
    CASE WHEN $place = 'to_state' THEN to_state ELSE data_located_in END AS code, on_day
  FROM demand
),
named AS (
  -- an unknown day leaves a dated membership unknown; a territory with a border of its own lies
  -- outside its sovereign's
  SELECT
    side.id, side.part, bound_name.name,
    CASE
      WHEN bound_name.sure IS NULL AND own.regime <> above.regime THEN FALSE
      WHEN side.on_day IS NOT NULL
        OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) THEN bound_name.sure
    END AS within,
    CASE
      WHEN side.on_day IS NOT NULL
        OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) THEN bound_name.sure
    END AS sure
  FROM side
  JOIN bound_name ON bound_name.code = side.code
    AND COALESCE(bound_name.member_from <= side.on_day, TRUE)
    AND COALESCE(side.on_day < bound_name.member_to, TRUE)
  JOIN land AS own ON own.territory = side.code
  LEFT JOIN land AS above ON above.territory = own.sovereign
),
held AS (
  SELECT
    named.id, named.part,
    CASE
      WHEN bool_or(named.within) THEN TRUE
      WHEN bool_or(named.within IS NULL) THEN NULL
      ELSE FALSE
    END AS within
  FROM named
  JOIN p_area ON p_area.value = named.name
  GROUP BY named.id, named.part
),
border AS (
  SELECT
    side.id, side.part,
    CASE
      WHEN held.id IS NOT NULL THEN held.within WHEN land.sovereign IS NOT NULL THEN FALSE
    END AS inside
  FROM side
  LEFT JOIN held ON held.id = side.id AND held.part = side.part
  LEFT JOIN land ON land.territory = side.code
),
accord AS (
  -- what the demand says that it rests on, by name or kind, between the two sides or their groups
  SELECT
    demand.id,
    CASE
      WHEN NOT demand.within_scope THEN FALSE
      WHEN pair.ends_1 <= demand.on_day OR pair.ends_2 <= demand.on_day
        OR demand.on_day < pair.begins_1 OR demand.on_day < pair.begins_2 THEN FALSE
      WHEN pair.reaches_1 <= demand.on_day AND pair.reaches_2 <= demand.on_day
        AND asks.sure AND gives.sure AND (NOT pair.scoped OR demand.within_scope) THEN TRUE
    END AS in_force
  FROM demand
  JOIN named AS asks ON asks.id = demand.id AND asks.part = 'asks'
  JOIN named AS gives ON gives.id = demand.id AND gives.part = 'gives'
  JOIN agreement_pair AS pair ON pair.taker = asks.name AND pair.giver = gives.name
    AND (pair.agreement = demand.agreement OR pair.type = demand.agreement)
  WHERE pair.type IN (SELECT value FROM p_agreements)
    OR pair.agreement IN (SELECT value FROM p_agreements)
),
relied AS (
  SELECT
    id,
    CASE
      WHEN bool_or(in_force) THEN TRUE WHEN bool_or(in_force IS NULL) THEN NULL ELSE FALSE
    END AS in_force
  FROM accord
  GROUP BY id
),
listing AS (
  SELECT count(*) > 0 AS complete FROM complete_table WHERE name = 'agreement'
)
SELECT
  'demand:' || demand.demand AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  NOT asks.inside AS from_abroad,
  CASE
    WHEN demand.asks_for = 'storage at home' THEN FALSE
    WHEN demand.addressed_to IN ('company', 'person') THEN TRUE
    WHEN demand.addressed_to = 'state' THEN FALSE
  END AS direct,
  CASE
    WHEN NOT gives.inside OR NOT standing.so THEN FALSE
    -- being established here is enough; that data lie here also wants the one asked to be bound
    WHEN standing.id IS NOT NULL OR $place <> 'to_state' THEN gives.inside AND standing.so
    ELSE gives.inside
  END AS guarded_here,
  CASE
    WHEN lower(demand.data_class) IN (SELECT lower(value) FROM p_data) THEN TRUE
    WHEN lower(demand.data_class) IN (SELECT lower(value) FROM p_other_data) THEN FALSE
  END AS guarded_data,
  NOT demand.answered AS refused,
  CASE
    WHEN demand.agreement = 'none' THEN FALSE
    WHEN demand.agreement IS NULL THEN NULL
    WHEN relied.id IS NOT NULL THEN relied.in_force
    WHEN listing.complete THEN FALSE
  END AS agreed,
  CASE
    WHEN $review = 'yes' THEN demand.reasoned AND demand.specific AND demand.reviewable
    ELSE FALSE
  END AS reviewable,
  CASE WHEN $other_ground = 'yes' THEN demand.other_ground ELSE FALSE END AS otherwise_lawful
FROM demand
LEFT JOIN border AS asks ON asks.id = demand.id AND asks.part = 'asks'
LEFT JOIN border AS gives ON gives.id = demand.id AND gives.part = 'gives'
LEFT JOIN demand_bound AS standing ON standing.id = demand.id
LEFT JOIN relied ON relied.id = demand.id
CROSS JOIN listing
