-- The names under which an agreement can bind a territory: its own code, its sovereign's code, and
-- the groups that either belongs to, with their dates. `sure` is empty where it is not known
-- whether the sovereign's agreement reaches a territory with a regime of its own.
WITH own AS (
  SELECT territory AS code, territory AS name, TRUE AS sure FROM land
  UNION ALL
  SELECT
    below.territory AS code, below.sovereign AS name,
    CASE WHEN below.regime = above.regime THEN TRUE END AS sure
  FROM land AS below
  LEFT JOIN land AS above ON above.territory = below.sovereign
  WHERE below.sovereign <> below.territory
)
SELECT
  code, name, sure,
  CAST(NULL AS DATE) AS member_from, CAST(NULL AS DATE) AS member_to,
  CAST(NULL AS VARCHAR) AS membership
FROM own
UNION ALL
SELECT
  own.code, membership.state_group AS name, own.sure,
  membership.member_from, membership.member_to, membership.id AS membership
FROM own
JOIN membership ON membership.state = own.name
