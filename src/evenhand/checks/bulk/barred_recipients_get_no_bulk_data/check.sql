WITH club AS (
  SELECT state_group FROM membership GROUP BY state_group
),
bound_in AS (
  SELECT land.sovereign FROM p_bound JOIN land ON land.territory = p_bound.value
  GROUP BY land.sovereign
),
protected_in AS (
  SELECT land.sovereign FROM p_people JOIN land ON land.territory = p_people.value
  GROUP BY land.sovereign
),
asked AS (
  SELECT
    (SELECT count(*) FROM p_barred) > 0 AS any_barred,
    (
      SELECT count(*) > 0 FROM p_barred
      LEFT JOIN land ON land.territory = p_barred.value
      LEFT JOIN club ON club.state_group = p_barred.value
      WHERE land.sovereign IS NULL AND club.state_group IS NULL
    ) AS odd
),

-- the recipient: its home, its owner, whom it works for, and where people read the data from;
-- a place is looked up once for each day, and joined back by these
spot AS (
  SELECT importer_state AS code, on_day FROM transfer WHERE importer_state IS NOT NULL
  UNION
  SELECT importer_parent_state AS code, on_day
  FROM transfer WHERE importer_parent_state IS NOT NULL
  UNION
  SELECT importer_employer_state AS code, on_day
  FROM transfer WHERE importer_employer_state IS NOT NULL
  UNION
  SELECT accessed_from AS code, on_day FROM transfer WHERE accessed_from IS NOT NULL
),
rooted AS (
  SELECT
    spot.code, spot.on_day, land.sovereign, bound_in.sovereign IS NOT NULL AS is_bound
  FROM spot
  LEFT JOIN land ON land.territory = spot.code
  LEFT JOIN bound_in ON bound_in.sovereign = land.sovereign
),
from_name AS (
  SELECT rooted.code, rooted.on_day, TRUE AS sure
  FROM rooted
  JOIN p_barred ON p_barred.value = rooted.code OR p_barred.value = rooted.sovereign
  UNION ALL
  SELECT rooted.code, rooted.on_day,
    rooted.on_day IS NOT NULL
      OR (membership.member_from IS NULL AND membership.member_to IS NULL) AS sure
  FROM rooted
  JOIN membership ON membership.state IN (rooted.code, rooted.sovereign)
    AND COALESCE(membership.member_from <= rooted.on_day, TRUE)
    AND COALESCE(rooted.on_day < membership.member_to, TRUE)
  JOIN p_barred ON p_barred.value = membership.state_group
),
hit AS (
  SELECT code, on_day, bool_or(sure) AS sure FROM from_name GROUP BY code, on_day
),
comes AS (
  SELECT
    rooted.code, rooted.on_day, rooted.is_bound,
    CASE
      WHEN hit.sure THEN TRUE
      WHEN hit.code IS NOT NULL OR rooted.sovereign IS NULL OR asked.odd THEN NULL
      WHEN NOT asked.any_barred THEN NOT rooted.is_bound
      ELSE FALSE
    END AS barred
  FROM rooted
  LEFT JOIN hit ON hit.code = rooted.code AND hit.on_day IS NOT DISTINCT FROM rooted.on_day
  CROSS JOIN asked
),

-- `most`: the largest number that is not yet in bulk
limit_of AS (
  SELECT
    CASE
      WHEN ends_with(value, ' any') THEN left(value, length(value) - 4)
      ELSE trim(split_part(value, '>', 1))
    END AS kind,
    CASE
      WHEN ends_with(value, ' any') THEN -1
      WHEN contains(value, '>=') THEN CAST(
        split_part(trim(replace(split_part(value, '>', 2), '=', '')), ' ', 1) AS BIGINT) - 1
      ELSE CAST(split_part(trim(split_part(value, '>', 2)), ' ', 1) AS BIGINT)
    END AS most,
    ends_with(value, ' devices') AS in_devices
  FROM p_thresholds
),
carried AS (
  SELECT id, UNNEST(categories) AS kind, TRUE AS said FROM transfer
  UNION ALL
  SELECT id, data_class AS kind, FALSE AS said FROM transfer WHERE data_class IS NOT NULL
),
placed AS (
  SELECT
    carried.id, carried.kind, carried.said, limit_of.most, limit_of.in_devices,
    limit_of.kind IS NOT NULL OR p_other_kinds.value IS NOT NULL AS known
  FROM carried
  LEFT JOIN limit_of ON limit_of.kind = carried.kind
  LEFT JOIN p_other_kinds ON p_other_kinds.value = carried.kind
),
told AS (
  -- every word that names a kind is known, or the class of the data is
  SELECT
    id,
    bool_or(known AND NOT said) AS by_class,
    bool_or(said) AS any_said,
    bool_or(said AND NOT known) AS any_unknown,
    bool_or(most IS NOT NULL AND NOT in_devices) AS any_people,
    bool_or(most IS NOT NULL AND in_devices) AS any_devices
  FROM placed
  GROUP BY id
),
keyed AS (
  -- transfers count together where both parties are named alike; summed by day first, so that
  -- many transfers of two parties cost days times days and no more
  SELECT
    transfer.id, transfer.on_day, COALESCE(CAST(transfer.on_day AS VARCHAR), '') AS day_key,
    CASE WHEN transfer.importer IS NULL THEN transfer.id ELSE COALESCE(transfer.exporter, transfer.id)
      END AS giver,
    COALESCE(transfer.importer, '') AS taker,
    transfer.people_low, transfer.people_high, transfer.devices_low, transfer.devices_high,
    -- a transfer whose kinds are not all known may hold one that counts
    told.id IS NULL OR told.any_people OR COALESCE(told.any_unknown, FALSE) AS people_count,
    told.id IS NULL OR told.any_devices OR COALESCE(told.any_unknown, FALSE) AS devices_count
  FROM transfer
  LEFT JOIN told ON told.id = transfer.id
),
held AS (
  SELECT
    keyed.id, keyed.giver, keyed.taker, keyed.on_day, keyed.day_key, placed.kind, placed.most,
    placed.in_devices,
    CASE WHEN placed.in_devices THEN keyed.devices_low ELSE keyed.people_low END AS least
  FROM keyed
  JOIN placed ON placed.id = keyed.id
  WHERE placed.most IS NOT NULL
),
daily_low AS (
  SELECT giver, taker, on_day, kind, max(least) AS least
  FROM held
  WHERE on_day IS NOT NULL
  GROUP BY giver, taker, on_day, kind
),
around_low AS (
  -- at least: the largest transfer of the window that surely holds this kind
  SELECT one.giver, one.taker, one.on_day, one.kind, max(other.least) AS least
  FROM daily_low AS one
  JOIN daily_low AS other ON other.giver = one.giver AND other.taker = one.taker
    AND other.kind = one.kind AND other.on_day <= one.on_day
    AND date_diff('day', other.on_day, one.on_day) < CAST($window_days AS INTEGER)
  GROUP BY one.giver, one.taker, one.on_day, one.kind
),
daily AS (
  SELECT
    giver, taker, day_key, min(on_day) AS on_day,
    sum(CASE WHEN people_count THEN people_high ELSE 0 END) AS people,
    bool_or(people_count AND people_high IS NULL) AS people_open,
    sum(CASE WHEN devices_count THEN devices_high ELSE 0 END) AS devices,
    bool_or(devices_count AND devices_high IS NULL) AS devices_open
  FROM keyed
  GROUP BY giver, taker, day_key
),
around AS (
  -- at most: the sum of all that hold some kind counted in the same unit, or may hold one; an
  -- unknown day, and one on the edge of the window, may lie within it
  SELECT
    one.giver, one.taker, one.day_key,
    sum(other.people) AS people, bool_or(other.people_open) AS people_open,
    sum(other.devices) AS devices, bool_or(other.devices_open) AS devices_open
  FROM daily AS one
  JOIN daily AS other ON other.giver = one.giver AND other.taker = one.taker
    AND COALESCE(other.on_day <= one.on_day, TRUE)
    AND COALESCE(
      date_diff('day', other.on_day, one.on_day) <= CAST($window_days AS INTEGER) + 1, TRUE)
  GROUP BY one.giver, one.taker, one.day_key
),
bounds AS (
  SELECT
    held.id, held.most,
    CASE
      WHEN held.least IS NULL OR around_low.least > held.least THEN around_low.least
      ELSE held.least
    END AS least,
    CASE
      WHEN CASE WHEN held.in_devices THEN around.devices_open ELSE around.people_open END THEN NULL
      WHEN held.in_devices THEN around.devices
      ELSE around.people
    END AS greatest
  FROM held
  JOIN around ON around.giver = held.giver AND around.taker = held.taker
    AND around.day_key = held.day_key
  LEFT JOIN around_low ON around_low.giver = held.giver AND around_low.taker = held.taker
    AND around_low.on_day = held.on_day AND around_low.kind = held.kind
),
reached AS (
  SELECT
    id,
    bool_or(most = -1 OR COALESCE(least > most, FALSE)) AS over_one,
    bool_or(NOT COALESCE(greatest <= most, FALSE)) AS any_open
  FROM bounds
  GROUP BY id
)
SELECT
  'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  CASE
    WHEN exporter.sovereign IS NULL THEN NULL
    ELSE exporter_bound.sovereign IS NOT NULL
  END AS bound,
  CASE
    WHEN transfer.data_class = 'none' THEN FALSE
    WHEN people_protected.sovereign IS NOT NULL OR citizen_protected.sovereign IS NOT NULL
      THEN TRUE
    WHEN people.sovereign IS NOT NULL AND citizen.sovereign IS NOT NULL THEN FALSE
  END AS about_protected_people,
  CASE
    WHEN dealing.value IS NOT NULL THEN TRUE
    WHEN other_dealing.value IS NOT NULL OR transfer.transaction = 'none' THEN FALSE
  END AS in_dealing,
  CASE
    WHEN employer.barred THEN TRUE
    WHEN reader.barred AND (home.is_bound OR NOT home.barred) THEN NULL
    WHEN home.is_bound THEN FALSE
    WHEN home.barred THEN TRUE
    WHEN owner.barred AND (
      CAST($share_percent AS INTEGER) IS NULL
      OR transfer.importer_parent_share >= CAST($share_percent AS INTEGER)
    ) THEN TRUE
    WHEN home.barred IS NULL OR owner.barred IS NULL THEN NULL
    WHEN owner.barred AND transfer.importer_parent_share IS NULL THEN NULL
    ELSE FALSE
  END AS recipient_barred,
  CASE
    WHEN reached.over_one THEN TRUE
    WHEN told.any_unknown OR reached.any_open THEN NULL
    WHEN told.any_said OR told.by_class THEN FALSE
  END AS bulk,
  CASE
    WHEN exemption.value IS NOT NULL THEN TRUE
    WHEN transfer.exemption = 'none' OR (SELECT count(*) FROM p_exemptions) = 0 THEN FALSE
  END AS exempt,
  CASE CAST($saved_by AS VARCHAR)
    WHEN 'requirements' THEN transfer.requirements_met
    WHEN 'onward' THEN transfer.onward_barred
    ELSE FALSE
  END AS conditions_met
FROM transfer
LEFT JOIN land AS exporter ON exporter.territory = transfer.exporter_state
LEFT JOIN bound_in AS exporter_bound ON exporter_bound.sovereign = exporter.sovereign
LEFT JOIN land AS people ON people.territory = transfer.people_in
LEFT JOIN protected_in AS people_protected ON people_protected.sovereign = people.sovereign
LEFT JOIN land AS citizen ON citizen.territory = transfer.citizens_of
LEFT JOIN protected_in AS citizen_protected ON citizen_protected.sovereign = citizen.sovereign
LEFT JOIN (SELECT value FROM p_dealings GROUP BY value) AS dealing
  ON dealing.value = transfer.transaction
LEFT JOIN (SELECT value FROM p_other_dealings GROUP BY value) AS other_dealing
  ON other_dealing.value = transfer.transaction
LEFT JOIN (SELECT value FROM p_exemptions GROUP BY value) AS exemption
  ON exemption.value = transfer.exemption
LEFT JOIN comes AS home ON home.code = transfer.importer_state
  AND home.on_day IS NOT DISTINCT FROM transfer.on_day
LEFT JOIN comes AS owner ON owner.code = transfer.importer_parent_state
  AND owner.on_day IS NOT DISTINCT FROM transfer.on_day
LEFT JOIN comes AS employer ON employer.code = transfer.importer_employer_state
  AND employer.on_day IS NOT DISTINCT FROM transfer.on_day
LEFT JOIN comes AS reader ON reader.code = transfer.accessed_from
  AND reader.on_day IS NOT DISTINCT FROM transfer.on_day
LEFT JOIN told ON told.id = transfer.id
LEFT JOIN reached ON reached.id = transfer.id
