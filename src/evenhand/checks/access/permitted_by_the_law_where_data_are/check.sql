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
  -- a state that refuses one demand has not said what its law lets a company do
  CASE
    WHEN demand.permitted_by_law IS NOT NULL THEN demand.permitted_by_law
    WHEN demand.permitted THEN TRUE
  END AS law_permits
FROM demand
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN land AS holder ON holder.territory = demand.data_located_in
