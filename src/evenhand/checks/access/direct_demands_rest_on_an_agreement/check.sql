WITH theirs AS (
  SELECT land.sovereign FROM p_providers JOIN land ON land.territory = p_providers.value
  GROUP BY land.sovereign
),
side AS (
  -- the names under which an agreement binds either state on the day
  SELECT demand.id, demand.on_day, 'taker' AS part, bound_name.name, bound_name.member_from,
    bound_name.member_to, bound_name.sure
  FROM demand
  JOIN bound_name ON bound_name.code = demand.by_state
  UNION ALL
  SELECT demand.id, demand.on_day, 'giver' AS part, bound_name.name, bound_name.member_from,
    bound_name.member_to, bound_name.sure
  FROM demand
  JOIN bound_name ON bound_name.code = demand.provider_state
),
dated AS (
  SELECT
    id, on_day, part, name,
    CASE
      WHEN on_day IS NOT NULL OR (member_from IS NULL AND member_to IS NULL) THEN sure
    END AS sure
  FROM side
  WHERE COALESCE(member_from <= on_day, TRUE) AND COALESCE(on_day < member_to, TRUE)
),
met AS (
  SELECT
    taker.id,
    CASE
      WHEN pair.ends_1 <= taker.on_day OR pair.ends_2 <= taker.on_day
        OR taker.on_day < pair.begins_1 OR taker.on_day < pair.begins_2 THEN FALSE
      WHEN pair.scoped AND NOT demand.within_scope THEN FALSE
      WHEN pair.reaches_1 <= taker.on_day AND pair.reaches_2 <= taker.on_day
        AND (NOT pair.scoped OR demand.within_scope) AND taker.sure AND giver.sure THEN TRUE
    END AS in_force
  FROM dated AS taker
  JOIN dated AS giver ON giver.id = taker.id AND giver.part = 'giver'
  JOIN agreement_pair AS pair ON pair.taker = taker.name AND pair.giver = giver.name
  JOIN demand ON demand.id = taker.id
  WHERE taker.part = 'taker' AND (
    pair.type IN (SELECT value FROM p_agreements)
    OR pair.agreement IN (SELECT value FROM p_agreements)
  )
),
found AS (
  SELECT
    id,
    CASE
      WHEN bool_or(in_force) THEN TRUE WHEN bool_or(in_force IS NULL) THEN NULL ELSE FALSE
    END AS in_force,
    TRUE AS any_met
  FROM met
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
    WHEN demand.asks_for = 'storage at home' OR demand.addressed_to = 'state' THEN FALSE
    WHEN demander.sovereign = provider.sovereign THEN FALSE
    WHEN provider.sovereign IS NOT NULL AND theirs.sovereign IS NULL THEN FALSE
    WHEN demander.sovereign <> provider.sovereign AND demand.addressed_to = 'company' THEN TRUE
  END AS direct_from_abroad,
  CASE
    WHEN lower(demand.agreement) = 'none' THEN FALSE
    WHEN found.any_met THEN found.in_force
    WHEN whole.agreements AND demander.sovereign IS NOT NULL AND provider.sovereign IS NOT NULL
      THEN FALSE
  END AS agreement_in_force,
  demand.serious_crime AS serious,
  people.sovereign <> provider.sovereign AS spares_their_people
FROM demand
CROSS JOIN whole
LEFT JOIN found ON found.id = demand.id
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN land AS provider ON provider.territory = demand.provider_state
LEFT JOIN theirs ON theirs.sovereign = provider.sovereign
LEFT JOIN land AS people ON people.territory = demand.people_in
