WITH met AS (
  SELECT id, agreement, type, in_force
  FROM demand_accord
  WHERE type IN (SELECT value FROM p_assistance) OR agreement IN (SELECT value FROM p_assistance)
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
whole AS (
  SELECT count(*) > 0 AS agreements FROM complete_table WHERE name = 'agreement'
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
