WITH side AS (
  SELECT id, 'asks' AS part, by_state AS code, on_day FROM demand
  UNION ALL
  SELECT id, 'gives' AS part, to_state AS code, on_day FROM demand
),
named AS (
  SELECT
    side.id, side.part, bound_name.name,
    CASE
      WHEN bound_name.sure IS NULL AND own.regime <> above.regime THEN FALSE
      WHEN side.on_day IS NOT NULL
        OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) THEN bound_name.sure
    END AS within
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
apart AS (
  SELECT side.id, side.part
  FROM side
  JOIN land ON land.territory = side.code
  JOIN p_apart ON p_apart.value = land.sovereign
  GROUP BY side.id, side.part
),
border AS (
  SELECT
    side.id, side.part,
    CASE
      WHEN apart.id IS NOT NULL THEN FALSE
      WHEN held.id IS NOT NULL THEN held.within
      WHEN land.sovereign IS NOT NULL THEN FALSE
    END AS takes_part
  FROM side
  LEFT JOIN held ON held.id = side.id AND held.part = side.part
  LEFT JOIN apart ON apart.id = side.id AND apart.part = side.part
  LEFT JOIN land ON land.territory = side.code
),
clock AS (
  SELECT
    id, answered_on IS NULL AS open,
    date_diff('day', on_day, answered_on) > CAST($days AS INTEGER) AS late,
    -- from any hour of one day to any hour of the other
    (date_diff('day', on_day, answered_on) - 1) * 24 >= CAST($emergency_hours AS INTEGER)
      AS late_in_emergency,
    (date_diff('day', on_day, answered_on) + 1) * 24 <= CAST($emergency_hours AS INTEGER)
      AS early_in_emergency
  FROM demand
)
SELECT
  'demand:' || demand.demand AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  CASE
    WHEN lower(demand.instrument) IN (SELECT lower(value) FROM p_other_instruments)
      OR lower(demand.purpose) IN (SELECT lower(value) FROM p_other_purposes) THEN FALSE
    WHEN lower(demand.instrument) IN (SELECT lower(value) FROM p_instruments)
      AND lower(demand.purpose) IN (SELECT lower(value) FROM p_purposes) THEN TRUE
  END AS such_an_order,
  asks.takes_part AS from_a_participant,
  CASE
    WHEN standing.id IS NOT NULL THEN standing.so
    WHEN demand.to_state = demand.by_state THEN FALSE
    WHEN gives.takes_part THEN TRUE
  END AS reaches_the_provider,
  CASE
    WHEN clock.open THEN NULL
    WHEN demand.emergency AND clock.late_in_emergency THEN FALSE
    WHEN demand.emergency AND clock.early_in_emergency THEN TRUE
    WHEN demand.emergency THEN NULL
    WHEN clock.late THEN FALSE
    WHEN NOT demand.emergency THEN NOT clock.late
  END AS answered_in_time
FROM demand
JOIN clock ON clock.id = demand.id
LEFT JOIN border AS asks ON asks.id = demand.id AND asks.part = 'asks'
LEFT JOIN border AS gives ON gives.id = demand.id AND gives.part = 'gives'
LEFT JOIN demand_bound AS standing ON standing.id = demand.id
