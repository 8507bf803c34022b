WITH own AS (
  SELECT land.sovereign FROM p_states JOIN land ON land.territory = p_states.value
  GROUP BY land.sovereign
)
SELECT
  'demand:' || COALESCE(demand.demand, demand.id) AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  CASE
    WHEN demand.asks_for = 'storage at home' THEN FALSE
    WHEN demand.addressed_to = 'state' THEN FALSE
    WHEN demander.sovereign IS NOT NULL AND own_demander.sovereign IS NULL THEN FALSE
    -- a provider from elsewhere may do business under the same jurisdiction: not known
    WHEN own_demander.sovereign = provider.sovereign AND demand.addressed_to = 'company' THEN TRUE
  END AS own_demand,
  CASE
    WHEN process.value IS NOT NULL THEN TRUE
    WHEN demand.legal_process = 'none' THEN FALSE
  END AS lawful_process,
  demand.in_control AS in_control,
  demand.answered AS answered,
  demand.contested AS contested
FROM demand
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN own AS own_demander ON own_demander.sovereign = demander.sovereign
LEFT JOIN land AS provider ON provider.territory = demand.provider_state
LEFT JOIN (SELECT value FROM p_processes GROUP BY value) AS process
  ON process.value = demand.legal_process
