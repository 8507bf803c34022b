WITH land AS (
  -- one row for each territory; a sovereign that two rows tell differently is not known
  SELECT
    territory,
    CASE WHEN count(DISTINCT sovereign) = 1 THEN min(sovereign) END AS sovereign,
    CASE WHEN count(DISTINCT regime) = 1 THEN min(regime) END AS regime
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
  -- an agreement binds a territory by its own code, or by its sovereign's; whether the
  -- sovereign's agreement reaches a territory with a regime of its own is not known
  SELECT id, part, code AS name, TRUE AS sure, on_day FROM side
  UNION ALL
  SELECT
    side.id, side.part, own.sovereign AS name,
    CASE WHEN own.regime = above.regime THEN TRUE END AS sure, side.on_day
  FROM side
  JOIN land AS own ON own.territory = side.code AND own.sovereign <> side.code
  LEFT JOIN land AS above ON above.territory = own.sovereign
),
bound AS (
  SELECT id, part, name, sure, on_day FROM state
  UNION ALL
  -- an unknown day leaves a dated membership unknown; a membership without dates always is
  SELECT
    state.id, state.part, membership.state_group AS name,
    CASE
      WHEN state.on_day IS NOT NULL THEN state.sure
      WHEN membership.member_from IS NULL AND membership.member_to IS NULL THEN state.sure
    END AS sure,
    state.on_day
  FROM state
  JOIN membership ON membership.state = state.name
    AND COALESCE(membership.member_from <= state.on_day, TRUE)
    AND COALESCE(state.on_day < membership.member_to, TRUE)
),
accord AS (
  -- `reaches`: a day by which it was in force; `begins`: the first day, where it is known
  SELECT
    id, agreement, type, state_a, state_b, in_force_from AS begins, in_force_to AS ends,
    COALESCE(in_force_from, in_force_on) AS reaches,
    COALESCE(scope, '') <> '' AS scoped
  FROM agreement
  WHERE type NOT IN ('signature only', 'negotiation')
    AND (
      type IN (SELECT value FROM p_assistance)
      OR agreement IN (SELECT value FROM p_assistance)
    )
),
pair AS (
  -- `taker` demands, `giver` agreed: both ways under an agreement of two sides, one way under a
  -- decision of one side about another, any two parties of one treaty
  SELECT
    agreement, type, state_a AS taker, state_b AS giver, scoped,
    begins AS begins_1, reaches AS reaches_1, ends AS ends_1,
    begins AS begins_2, reaches AS reaches_2, ends AS ends_2
  FROM accord WHERE type NOT IN ('treaty party', 'adequacy')
  UNION ALL
  SELECT agreement, type, state_b, state_a, scoped, begins, reaches, ends, begins, reaches, ends
  FROM accord WHERE type <> 'treaty party'
  UNION ALL
  SELECT
    one.agreement, one.type, one.state_b, two.state_b, one.scoped OR two.scoped,
    one.begins, one.reaches, one.ends, two.begins, two.reaches, two.ends
  FROM accord AS one
  JOIN accord AS two ON two.agreement = one.agreement AND two.state_b <> one.state_b
  WHERE one.type = 'treaty party' AND two.type = 'treaty party'
),
met AS (
  SELECT
    demands.id, pair.agreement, pair.type,
    CASE
      WHEN pair.ends_1 <= demands.on_day OR pair.ends_2 <= demands.on_day
        OR demands.on_day < pair.begins_1 OR demands.on_day < pair.begins_2 THEN FALSE
      WHEN pair.reaches_1 <= demands.on_day AND pair.reaches_2 <= demands.on_day
        AND NOT pair.scoped AND demands.sure AND holds.sure THEN TRUE
    END AS in_force
  FROM bound AS demands
  JOIN bound AS holds ON holds.id = demands.id AND holds.part = 'holds'
  JOIN pair ON pair.taker = demands.name AND pair.giver = holds.name
  WHERE demands.part = 'demands'
),
any_agreement AS (
  -- what the demand could have relied on, whatever it says
  SELECT id, bool_or(COALESCE(in_force, TRUE)) AS thinkable FROM met GROUP BY id
),
relied AS (
  -- what the demand says that it relies on: an agreement by its name or its kind
  SELECT
    met.id,
    CASE
      WHEN bool_or(met.in_force) THEN TRUE WHEN bool_or(met.in_force IS NULL) THEN NULL ELSE FALSE
    END AS in_force,
    TRUE AS any_met
  FROM met
  JOIN demand ON demand.id = met.id
    AND (demand.agreement = met.agreement OR demand.agreement = met.type)
  GROUP BY met.id
),
said AS (
  SELECT UNNEST(complete_for) AS complete_table FROM reading
),
whole AS (
  SELECT count(*) > 0 AS agreements FROM said WHERE complete_table = 'agreement'
)
SELECT
  'demand:' || COALESCE(demand.demand, demand.id) AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  CASE
    WHEN demand.asks_for = 'storage at home' THEN FALSE
    WHEN demand.asks_for IS NULL AND demand.data_obtained_abroad IS NOT NULL THEN NULL
    WHEN lower(demand.purpose) = 'law enforcement' THEN TRUE
    WHEN lower(demand.purpose) IN ('intelligence', 'regulation', 'taxation', 'statistics')
      THEN FALSE
  END AS law_enforcement,
  CASE
    WHEN demand.by_state = demand.data_located_in THEN FALSE
    ELSE demander.sovereign <> holder.sovereign
  END AS abroad,
  CASE
    WHEN demand.addressed_to = 'state' THEN TRUE
    WHEN demand.addressed_to IN ('company', 'person') THEN FALSE
  END AS through_the_state,
  CASE
    WHEN lower(demand.agreement) = 'none' THEN FALSE
    WHEN demand.by_state IS NULL OR demand.data_located_in IS NULL THEN NULL
    WHEN relied.any_met THEN relied.in_force
    WHEN whole.agreements AND demand.agreement IS NOT NULL THEN FALSE
    WHEN whole.agreements AND NOT COALESCE(any_agreement.thinkable, FALSE) THEN FALSE
  END AS under_agreement
FROM demand
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN land AS holder ON holder.territory = demand.data_located_in
LEFT JOIN relied ON relied.id = demand.id
LEFT JOIN any_agreement ON any_agreement.id = demand.id
CROSS JOIN whole
