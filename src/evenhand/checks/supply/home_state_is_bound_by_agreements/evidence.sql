WITH code AS (
  SELECT id, home_state AS code, serves FROM party
  UNION
  SELECT id, parent_state AS code, serves FROM party
),
used AS (
  SELECT code.id, territory.id AS fact
  FROM code
  JOIN territory ON territory.territory = code.code OR territory.territory = code.serves
  UNION
  SELECT code.id, pair.row_1 AS fact
  FROM code
  JOIN bound_name AS seller ON seller.code = code.code
  LEFT JOIN bound_name AS buyer ON buyer.code = code.serves
  JOIN agreement_pair AS pair ON pair.taker = seller.name
    AND pair.giver = COALESCE(buyer.name, code.serves)
  WHERE pair.type IN (SELECT value FROM p_agreements)
    OR pair.agreement IN (SELECT value FROM p_agreements)
)
SELECT
  regexp_replace(
    'party:' || COALESCE(party.party, '') || '/' || COALESCE(party.role, '') || '/'
    || COALESCE(party.product, '') || '/' || COALESCE(party.serves, '') || '/'
    || COALESCE(party.use, ''), '/+$', '') AS subject,
  used.fact AS fact
FROM used
JOIN party ON party.id = used.id
