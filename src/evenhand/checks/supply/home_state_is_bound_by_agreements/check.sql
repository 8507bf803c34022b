WITH comes AS (
  SELECT id, 'home' AS part, home_state AS code, serves, on_day
  FROM party WHERE home_state IS NOT NULL
  UNION ALL
  SELECT id, 'owner' AS part, parent_state AS code, serves, on_day
  FROM party WHERE parent_state IS NOT NULL
),
buyer AS (
  -- the names under which the buyer's side is bound: of a territory its own and its groups', of
  -- a group itself
  SELECT comes.id, comes.part, bound_name.name, bound_name.sure,
    bound_name.member_from, bound_name.member_to, comes.on_day
  FROM comes
  JOIN bound_name ON bound_name.code = comes.serves
  UNION ALL
  SELECT comes.id, comes.part, comes.serves AS name, TRUE AS sure,
    CAST(NULL AS DATE) AS member_from, CAST(NULL AS DATE) AS member_to, comes.on_day
  FROM comes
  LEFT JOIN land ON land.territory = comes.serves
  WHERE comes.serves IS NOT NULL AND land.territory IS NULL
),
met AS (
  SELECT
    comes.id, comes.part,
    CASE
      WHEN pair.ends_1 <= comes.on_day OR pair.ends_2 <= comes.on_day
        OR comes.on_day < pair.begins_1 OR comes.on_day < pair.begins_2 THEN FALSE
      WHEN comes.on_day IS NULL THEN NULL
      WHEN pair.reaches_1 <= comes.on_day AND pair.reaches_2 <= comes.on_day
        AND NOT pair.scoped AND seller.sure AND buyer.sure THEN TRUE
    END AS in_force
  FROM comes
  JOIN bound_name AS seller ON seller.code = comes.code
    AND COALESCE(seller.member_from <= comes.on_day, TRUE)
    AND COALESCE(comes.on_day < seller.member_to, TRUE)
  JOIN buyer ON buyer.id = comes.id AND buyer.part = comes.part
    AND COALESCE(buyer.member_from <= comes.on_day, TRUE)
    AND COALESCE(comes.on_day < buyer.member_to, TRUE)
  -- a decision about the seller's state counts; one of the seller's state about the buyer's not
  JOIN agreement_pair AS pair ON pair.taker = seller.name AND pair.giver = buyer.name
  WHERE pair.type IN (SELECT value FROM p_agreements)
    OR pair.agreement IN (SELECT value FROM p_agreements)
),
found AS (
  SELECT
    id, part,
    CASE
      WHEN bool_or(in_force) THEN TRUE WHEN bool_or(in_force IS NULL) THEN NULL ELSE FALSE
    END AS in_force,
    TRUE AS any_met
  FROM met
  GROUP BY id, part
),
whole AS (
  SELECT count(*) > 0 AS agreements FROM complete_table WHERE name = 'agreement'
),
bound AS (
  SELECT
    comes.id, comes.part,
    CASE
      WHEN own.sovereign = market.sovereign OR own.regime = market.regime THEN TRUE
      WHEN found.in_force THEN TRUE
      WHEN found.any_met AND found.in_force IS NULL THEN NULL
      WHEN whole.agreements AND own.sovereign IS NOT NULL AND comes.serves IS NOT NULL THEN FALSE
    END AS bound
  FROM comes
  CROSS JOIN whole
  LEFT JOIN found ON found.id = comes.id AND found.part = comes.part
  LEFT JOIN land AS own ON own.territory = comes.code
  LEFT JOIN land AS market ON market.territory = comes.serves
),
asked AS (
  SELECT (SELECT count(*) FROM p_uses) > 0 AS any_use
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
    WHEN NOT asked.any_use OR purpose.same THEN TRUE
    WHEN party.use IS NULL OR purpose.alike THEN NULL
    ELSE FALSE
  END AS used,
  home.bound AS home_bound,
  owner.bound AS owner_bound
FROM party
CROSS JOIN asked
LEFT JOIN bound AS home ON home.id = party.id AND home.part = 'home'
LEFT JOIN bound AS owner ON owner.id = party.id AND owner.part = 'owner'
LEFT JOIN party_use AS purpose ON purpose.id = party.id
