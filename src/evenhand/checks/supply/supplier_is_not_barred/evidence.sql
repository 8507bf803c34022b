WITH code AS (
  SELECT id, on_day, home_state AS code FROM party
  UNION
  SELECT id, on_day, parent_state AS code FROM party
  UNION
  SELECT id, on_day, serves AS code FROM party
),
reach AS (
  SELECT code.id, code.on_day, code.code FROM code
  UNION
  SELECT code.id, code.on_day, territory.sovereign AS code
  FROM code
  JOIN territory ON territory.territory = code.code
),
wanted AS (
  SELECT value FROM p_states
  UNION
  SELECT value FROM p_served
),
used AS (
  SELECT code.id, territory.id AS fact
  FROM code
  JOIN territory ON territory.territory = code.code
  UNION
  SELECT reach.id, membership.id AS fact
  FROM reach
  JOIN membership ON membership.state = reach.code
    AND COALESCE(membership.member_from <= reach.on_day, TRUE)
    AND COALESCE(reach.on_day < membership.member_to, TRUE)
  JOIN wanted ON wanted.value = membership.state_group
  UNION
  SELECT id, entry AS fact FROM party_designation WHERE list IN (SELECT value FROM p_lists)
)
SELECT
  regexp_replace(
    'party:' || COALESCE(party.party, '') || '/' || COALESCE(party.role, '') || '/'
    || COALESCE(party.product, '') || '/' || COALESCE(party.serves, '') || '/'
    || COALESCE(party.use, ''), '/+$', '') AS subject,
  used.fact AS fact
FROM used
JOIN party ON party.id = used.id
