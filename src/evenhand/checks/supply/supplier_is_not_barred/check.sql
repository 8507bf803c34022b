WITH club AS (
  SELECT state_group FROM membership GROUP BY state_group
),
asked AS (
  -- what the rulebook gives; an entry that is neither a territory nor a group is not known
  SELECT
    (SELECT count(*) FROM p_states) > 0 AS any_state,
    (SELECT count(*) FROM p_lists) > 0 AS any_list,
    (SELECT count(*) FROM p_served) > 0 AS any_served,
    (SELECT count(*) FROM p_uses) > 0 AS any_use
),
odd AS (
  SELECT
    (
      SELECT count(*) > 0 FROM p_states
      LEFT JOIN land ON land.territory = p_states.value
      LEFT JOIN club ON club.state_group = p_states.value
      WHERE land.sovereign IS NULL AND club.state_group IS NULL
    ) AS state,
    (
      SELECT count(*) > 0 FROM p_served
      LEFT JOIN land ON land.territory = p_served.value
      LEFT JOIN club ON club.state_group = p_served.value
      WHERE land.sovereign IS NULL AND club.state_group IS NULL
    ) AS served,
    (
      SELECT count(*) > 0 FROM p_lists
      LEFT JOIN (SELECT list FROM designation GROUP BY list) AS there
        ON there.list = p_lists.value
      WHERE there.list IS NULL
    ) AS list
),

-- where it comes from: home and owner, each as a sovereign, each with its groups of the day
origin AS (
  SELECT id, 'home' AS part, home_state AS code, on_day FROM party WHERE home_state IS NOT NULL
  UNION ALL
  SELECT id, 'owner' AS part, parent_state AS code, on_day
  FROM party WHERE parent_state IS NOT NULL
),
rooted AS (
  SELECT origin.id, origin.part, origin.code, origin.on_day, land.sovereign
  FROM origin
  LEFT JOIN land ON land.territory = origin.code
),
from_name AS (
  SELECT rooted.id, rooted.part, p_states.value AS name, TRUE AS sure
  FROM rooted
  JOIN p_states ON p_states.value = rooted.code
  UNION ALL
  SELECT rooted.id, rooted.part, p_states.value AS name, TRUE AS sure
  FROM rooted
  JOIN land ON land.sovereign = rooted.sovereign
  JOIN p_states ON p_states.value = land.territory
  UNION ALL
  SELECT rooted.id, rooted.part, p_states.value AS name,
    rooted.on_day IS NOT NULL
      OR (membership.member_from IS NULL AND membership.member_to IS NULL) AS sure
  FROM rooted
  JOIN membership ON membership.state IN (rooted.code, rooted.sovereign)
    AND COALESCE(membership.member_from <= rooted.on_day, TRUE)
    AND COALESCE(rooted.on_day < membership.member_to, TRUE)
  JOIN p_states ON p_states.value = membership.state_group
),
barred AS (
  SELECT id, part, bool_or(sure) AS sure FROM from_name GROUP BY id, part
),
comes AS (
  SELECT
    rooted.id, rooted.part,
    CASE
      WHEN barred.sure THEN TRUE
      WHEN barred.id IS NOT NULL OR rooted.sovereign IS NULL OR odd.state THEN NULL
      ELSE FALSE
    END AS barred
  FROM rooted
  LEFT JOIN barred ON barred.id = rooted.id AND barred.part = rooted.part
  CROSS JOIN odd
),
home AS (SELECT id, barred FROM comes WHERE part = 'home'),
owner AS (SELECT id, barred FROM comes WHERE part = 'owner'),

narrow AS (
  -- whether the party's use is one for which the conditional entries count
  SELECT
    party.id,
    CASE
      WHEN bool_or(lower(trim(party.use)) = lower(p_conditional_uses.value)) THEN TRUE
      WHEN party.use IS NULL OR bool_or(
        contains(lower(party.use), lower(p_conditional_uses.value))
        OR contains(lower(p_conditional_uses.value), lower(party.use))
      ) THEN NULL
      ELSE FALSE
    END AS meant
  FROM party
  CROSS JOIN p_conditional_uses
  GROUP BY party.id, party.use
),
counted AS (
  SELECT
    party.id, party.on_day, named.same, named.listed_on, named.listed_until,
    p_conditional_names.value IS NULL OR narrow.meant AS counts
  FROM party
  JOIN party_designation AS named ON named.id = party.id
  JOIN designation ON designation.id = named.entry
  LEFT JOIN p_conditional_names ON p_conditional_names.value = designation.entity
  LEFT JOIN p_except_names ON p_except_names.value = designation.entity
  LEFT JOIN narrow ON narrow.id = party.id
  WHERE named.list IN (SELECT value FROM p_lists) AND p_except_names.value IS NULL
),
listing AS (
  SELECT
    id,
    CASE
      WHEN NOT counts OR listed_until <= on_day OR on_day < listed_on THEN FALSE
      WHEN counts AND same AND listed_on <= on_day THEN TRUE
    END AS listed
  FROM counted
),
on_lists AS (
  SELECT
    id,
    CASE
      WHEN bool_or(listed) THEN TRUE WHEN bool_or(listed IS NULL) THEN NULL ELSE FALSE
    END AS listed,
    TRUE AS any_met
  FROM listing
  GROUP BY id
)
SELECT
  regexp_replace(
    'party:' || COALESCE(party.party, '') || '/' || COALESCE(party.role, '') || '/'
    || COALESCE(party.product, '') || '/' || COALESCE(party.serves, '') || '/'
    || COALESCE(party.use, ''), '/+$', '') AS subject,
  party.on_day AS on_day,
  party.id AS fact,
  CASE
    WHEN party.role IS NULL THEN NULL
    ELSE party.role IN (SELECT value FROM p_roles)
  END AS in_role,
  CASE
    WHEN NOT asked.any_served THEN TRUE
    WHEN serving.sure THEN TRUE
    WHEN serving.any_met OR odd.served THEN NULL
    WHEN own.sovereign IS NOT NULL OR own_club.state_group IS NOT NULL THEN FALSE
  END AS served,
  CASE
    WHEN NOT asked.any_use OR purpose.same THEN TRUE
    WHEN party.use IS NULL OR purpose.alike THEN NULL
    ELSE FALSE
  END AS used,
  CASE
    WHEN NOT asked.any_state THEN FALSE
    ELSE home.barred OR owner.barred
  END AS from_barred_state,
  CASE
    WHEN NOT asked.any_list THEN FALSE
    WHEN on_lists.listed THEN TRUE
    WHEN odd.list OR COALESCE(party.party, '') = '' THEN NULL
    WHEN on_lists.any_met THEN on_lists.listed
    ELSE FALSE
  END AS on_list
FROM party
CROSS JOIN asked
CROSS JOIN odd
LEFT JOIN home ON home.id = party.id
LEFT JOIN owner ON owner.id = party.id
LEFT JOIN party_served AS serving ON serving.id = party.id
LEFT JOIN party_use AS purpose ON purpose.id = party.id
LEFT JOIN on_lists ON on_lists.id = party.id
LEFT JOIN land AS own ON own.territory = party.serves
LEFT JOIN club AS own_club ON own_club.state_group = party.serves
