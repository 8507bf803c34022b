WITH club AS (
  SELECT state_group FROM membership GROUP BY state_group
),
asked AS (
  SELECT
    (SELECT count(*) FROM p_served) > 0 AS any_served,
    (SELECT count(*) FROM p_uses) > 0 AS any_use,
    (
      SELECT count(*) > 0 FROM p_served
      LEFT JOIN land ON land.territory = p_served.value
      LEFT JOIN club ON club.state_group = p_served.value
      WHERE land.sovereign IS NULL AND club.state_group IS NULL
    ) AS odd_served,
    (SELECT count(*) > 0 FROM complete_table WHERE name = 'mandated_access') AS whole
),
-- whose law can reach it: home and owner, each by its own code, its sovereign and its groups of
-- the day; a territory with a regime of its own is under its sovereign's law, or not: not known
root AS (
  SELECT id, on_day, home_state AS code FROM party
  UNION ALL
  SELECT id, on_day, parent_state AS code FROM party
),
named AS (
  SELECT id, on_day, code, code AS name, TRUE AS sure FROM root
  UNION
  SELECT root.id, root.on_day, root.code, own.sovereign AS name,
    CASE WHEN own.regime = above.regime THEN TRUE END AS sure
  FROM root
  JOIN land AS own ON own.territory = root.code AND own.sovereign <> root.code
  LEFT JOIN land AS above ON above.territory = own.sovereign
  UNION
  SELECT root.id, root.on_day, root.code, membership.state_group AS name,
    CASE
      WHEN root.on_day IS NOT NULL
        OR (membership.member_from IS NULL AND membership.member_to IS NULL) THEN TRUE
    END AS sure
  FROM root
  JOIN membership ON membership.state = root.code
    AND COALESCE(membership.member_from <= root.on_day, TRUE)
    AND COALESCE(root.on_day < membership.member_to, TRUE)
),
law AS (
  -- laws that bind parties of its role, each with its four facts; one that may not be in force, or
  -- may not reach it, shows none of them
  SELECT
    named.id, named.code, mandated_access.id AS law_row,
    named.sure AND mandated_access.in_force_from <= named.on_day AS stands,
    mandated_access.duty, mandated_access.reach_abroad AS reach, mandated_access.secrecy,
    NOT mandated_access.court AS no_court
  FROM named
  JOIN party ON party.id = named.id
  JOIN mandated_access ON mandated_access.by_state = named.name
    AND COALESCE(mandated_access.in_force_from <= named.on_day, TRUE)
    AND COALESCE(named.on_day < mandated_access.in_force_to, TRUE)
  JOIN (SELECT id, UNNEST(bound_roles) AS role FROM mandated_access) AS bound
    ON bound.id = mandated_access.id
    AND (bound.role = 'any' OR lower(bound.role) = lower(party.role))
),
stated AS (
  -- a fact that is false stays so whether or not the law stands
  SELECT
    id, code, law_row,
    CASE WHEN NOT duty THEN FALSE ELSE duty AND stands END AS duty,
    CASE WHEN NOT reach THEN FALSE ELSE reach AND stands END AS reach,
    CASE WHEN NOT secrecy THEN FALSE ELSE secrecy AND stands END AS secrecy,
    CASE WHEN NOT no_court THEN FALSE ELSE no_court AND stands END AS no_court
  FROM law
  UNION ALL
  -- a home without a law on record: not known, unless every law there is is on record
  SELECT
    root.id, root.code, CAST(NULL AS VARCHAR) AS law_row,
    CASE WHEN asked.whole AND land.sovereign IS NOT NULL THEN FALSE END AS duty,
    CAST(NULL AS BOOLEAN) AS reach, CAST(NULL AS BOOLEAN) AS secrecy,
    CAST(NULL AS BOOLEAN) AS no_court
  FROM root
  CROSS JOIN asked
  LEFT JOIN land ON land.territory = root.code
  LEFT JOIN law ON law.id = root.id AND law.code = root.code
  WHERE law.law_row IS NULL
),
known AS (
  -- laws on record clear nobody unless they are all there are
  SELECT
    stated.id, stated.law_row,
    CASE WHEN stated.duty OR asked.whole THEN stated.duty END AS duty,
    CASE WHEN stated.reach OR asked.whole THEN stated.reach END AS reach,
    CASE WHEN stated.secrecy OR asked.whole THEN stated.secrecy END AS secrecy,
    CASE WHEN stated.no_court OR asked.whole THEN stated.no_court END AS no_court
  FROM stated
  CROSS JOIN asked
),
ranked AS (
  -- the four facts are those of one law, so that two laws never lend each other theirs: one that
  -- has all four, else one that may, else one that has most
  SELECT
    id, duty, reach, secrecy, no_court,
    row_number() OVER (
      PARTITION BY id
      ORDER BY
        CASE
          WHEN duty AND reach AND secrecy AND no_court THEN 0
          WHEN (duty AND reach AND secrecy AND no_court) IS NULL THEN 1
          ELSE 2
        END,
        CAST(COALESCE(duty, FALSE) AS INTEGER) + CAST(COALESCE(reach, FALSE) AS INTEGER)
          + CAST(COALESCE(secrecy, FALSE) AS INTEGER)
          + CAST(COALESCE(no_court, FALSE) AS INTEGER) DESC,
        law_row NULLS LAST
    ) AS place
  FROM known
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
    WHEN serving.any_met OR asked.odd_served THEN NULL
    WHEN own.sovereign IS NOT NULL OR own_club.state_group IS NOT NULL THEN FALSE
  END AS served,
  CASE
    WHEN NOT asked.any_use OR purpose.same THEN TRUE
    WHEN party.use IS NULL OR purpose.alike THEN NULL
    ELSE FALSE
  END AS used,
  ranked.duty, ranked.reach, ranked.secrecy, ranked.no_court
FROM party
CROSS JOIN asked
LEFT JOIN party_served AS serving ON serving.id = party.id
LEFT JOIN party_use AS purpose ON purpose.id = party.id
LEFT JOIN ranked ON ranked.id = party.id AND ranked.place = 1
LEFT JOIN land AS own ON own.territory = party.serves
LEFT JOIN club AS own_club ON own_club.state_group = party.serves
