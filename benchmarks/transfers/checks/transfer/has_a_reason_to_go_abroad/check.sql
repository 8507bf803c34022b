WITH route AS (
  -- the law is looked up once for each pair of states and day, and joined back by these
  SELECT exporter_state AS home, stored_in AS there, on_day
  FROM transfer
  WHERE exporter_state IS NOT NULL AND stored_in IS NOT NULL
  GROUP BY exporter_state, stored_in, on_day
),
reach AS (
  SELECT home, there, on_day, home AS name FROM route
  UNION ALL
  SELECT route.home, route.there, route.on_day, membership.state_group AS name
  FROM route
  JOIN membership ON membership.state = route.home
    AND COALESCE(membership.member_from <= route.on_day, TRUE)
    AND COALESCE(route.on_day < membership.member_to, TRUE)
),
decision AS (
  SELECT
    reach.home, reach.there, reach.on_day,
    CASE
      WHEN agreement.in_force_to <= reach.on_day OR reach.on_day < agreement.in_force_from
        THEN FALSE
      WHEN agreement.in_force_from <= reach.on_day AND COALESCE(agreement.scope, '') = ''
        THEN TRUE
    END AS covers
  FROM reach
  JOIN agreement ON agreement.state_a = reach.name AND agreement.state_b = reach.there
  JOIN p_decisions ON p_decisions.value = agreement.type
),
decided AS (
  SELECT
    home, there, on_day,
    CASE
      WHEN bool_or(covers) THEN TRUE WHEN bool_or(covers IS NULL) THEN NULL ELSE FALSE
    END AS covers
  FROM decision
  GROUP BY home, there, on_day
),
known AS (
  SELECT
    route.home, route.there, route.on_day,
    CASE
      WHEN route.home = route.there THEN FALSE ELSE own.sovereign <> other.sovereign
    END AS abroad,
    CASE WHEN decided.home IS NULL THEN FALSE ELSE decided.covers END AS covers
  FROM route
  LEFT JOIN land AS own ON own.territory = route.home
  LEFT JOIN land AS other ON other.territory = route.there
  LEFT JOIN decided ON decided.home = route.home AND decided.there = route.there
    AND decided.on_day IS NOT DISTINCT FROM route.on_day
)
SELECT
  'transfer:' || transfer.transfer AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  known.abroad AS abroad,
  CASE
    WHEN transfer.data_class = 'none' THEN FALSE
    WHEN transfer.data_class IS NOT NULL THEN TRUE
  END AS personal,
  transfer.separate_importer AS separate,
  known.covers AS covered,
  CASE
    WHEN transfer.mechanism IS NOT NULL THEN transfer.mechanism IN (SELECT value FROM p_clauses)
  END AS clauses,
  transfer.assessment AS assessed,
  CASE
    WHEN transfer.people_low >= CAST($people AS INTEGER) THEN TRUE
    WHEN transfer.people_high < CAST($people AS INTEGER) THEN FALSE
  END AS many,
  transfer.consent AS agreed
FROM transfer
LEFT JOIN known ON known.home = transfer.exporter_state AND known.there = transfer.stored_in
  AND known.on_day IS NOT DISTINCT FROM transfer.on_day
