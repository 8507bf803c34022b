SELECT
  'demand:' || COALESCE(demand.demand, demand.id) AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  CASE
    WHEN demand.asks_for = 'storage at home' THEN TRUE
    WHEN demand.asks_for = 'access' THEN FALSE
  END AS storage_at_home,
  -- a company of the same sovereign under another regime may be its own or not: not known
  CASE
    WHEN demand.provider_state = demand.by_state THEN TRUE
    WHEN home.sovereign <> demander.sovereign THEN FALSE
    WHEN home.sovereign = demander.sovereign AND home.regime = demander.regime THEN TRUE
  END AS own_company,
  demand.data_obtained_abroad AS obtained_abroad
FROM demand
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN land AS home ON home.territory = demand.provider_state
