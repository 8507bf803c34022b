WITH root AS (
  SELECT id, on_day, home_state AS code FROM party
  UNION
  SELECT id, on_day, parent_state AS code FROM party
),
reach AS (
  SELECT id, on_day, code FROM root
  UNION
  SELECT root.id, root.on_day, land.sovereign AS code
  FROM root
  JOIN land ON land.territory = root.code
  UNION
  SELECT root.id, root.on_day, membership.state_group AS code
  FROM root
  JOIN membership ON membership.state = root.code
    AND COALESCE(membership.member_from <= root.on_day, TRUE)
    AND COALESCE(root.on_day < membership.member_to, TRUE)
),
used AS (
  SELECT reach.id, mandated_access.id AS fact
  FROM reach
  JOIN mandated_access ON mandated_access.by_state = reach.code
    AND COALESCE(mandated_access.in_force_from <= reach.on_day, TRUE)
    AND COALESCE(reach.on_day < mandated_access.in_force_to, TRUE)
  UNION
  SELECT root.id, territory.id AS fact
  FROM root
  JOIN territory ON territory.territory = root.code
  UNION
  SELECT party.id, territory.id AS fact
  FROM party
  JOIN territory ON territory.territory = party.serves
)
SELECT
  regexp_replace(
    'party:' || COALESCE(party.party, '') || '/' || COALESCE(party.role, '') || '/'
    || COALESCE(party.product, '') || '/' || COALESCE(party.serves, '') || '/'
    || COALESCE(party.use, ''), '/+$', '') AS subject,
  used.fact AS fact
FROM used
JOIN party ON party.id = used.id
