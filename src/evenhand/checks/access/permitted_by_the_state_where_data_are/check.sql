WITH agreed AS (
  SELECT
    id,
    CASE
      WHEN bool_or(in_force) THEN TRUE WHEN bool_or(in_force IS NULL) THEN NULL ELSE FALSE
    END AS permits,
    TRUE AS any_met
  FROM demand_accord
  WHERE type IN (SELECT value FROM p_permission) OR agreement IN (SELECT value FROM p_permission)
  GROUP BY id
),
whole AS (
  SELECT count(*) > 0 AS agreements FROM complete_table WHERE name = 'agreement'
)
SELECT
  'demand:' || COALESCE(demand.demand, demand.id) AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  CASE
    WHEN demand.by_state = demand.data_located_in THEN FALSE
    ELSE demander.sovereign <> holder.sovereign
  END AS abroad,
  CASE
    WHEN demand.asks_for = 'storage at home' THEN FALSE
    WHEN demand.asks_for IS NULL AND demand.data_obtained_abroad IS NOT NULL THEN NULL
    WHEN demand.addressed_to IN ('company', 'person') THEN TRUE
    WHEN demand.addressed_to = 'state' THEN FALSE
  END AS direct,
  CASE
    WHEN demand.permitted OR agreed.permits THEN TRUE
    WHEN demand.by_state IS NULL OR demand.data_located_in IS NULL THEN NULL
    WHEN agreed.any_met AND agreed.permits IS NULL THEN NULL
    WHEN NOT demand.permitted OR whole.agreements THEN FALSE
  END AS permitted
FROM demand
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN land AS holder ON holder.territory = demand.data_located_in
LEFT JOIN agreed ON agreed.id = demand.id
CROSS JOIN whole
