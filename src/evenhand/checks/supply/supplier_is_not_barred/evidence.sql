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
called AS (
  SELECT id, lower(party) AS name FROM party
  UNION
  SELECT id, lower(parent) AS name FROM party
  UNION
  SELECT id, lower(product) AS name FROM party
  UNION
  SELECT party.id, lower(product.name) AS name
  FROM party JOIN product ON product.product = party.product
),
entry AS (
  SELECT id, lower(entity) AS name
  FROM designation WHERE list IN (SELECT value FROM p_lists)
  UNION
  SELECT id, lower(UNNEST(aliases)) AS name
  FROM designation WHERE list IN (SELECT value FROM p_lists)
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
  -- entries whose name is the party's, or lies within it or around it
  SELECT called.id, entry.id AS fact
  FROM called
  JOIN entry ON contains(called.name, entry.name)
    OR contains(entry.name, called.name)
  WHERE called.name <> '' AND entry.name <> ''
)
SELECT
  'party:' || COALESCE(party.party, '') || '/' || COALESCE(party.role, '') || '/'
    || COALESCE(party.product, '') || '/' || COALESCE(party.serves, '') AS subject,
  used.fact AS fact
FROM used
JOIN party ON party.id = used.id
