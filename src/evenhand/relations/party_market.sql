-- The markets that a party serves: its territory, that territory's sovereign, groups and their
-- members of the day. `sure` is true or not known: a territory belongs to its sovereign's market for
-- sure only under one regime, and dated membership wants a day.
WITH market AS (
  SELECT party.id, party.serves AS name, TRUE AS sure, party.on_day
  FROM party WHERE party.serves IS NOT NULL
  UNION ALL
  SELECT party.id, own.sovereign AS name,
    CASE WHEN own.regime = above.regime THEN TRUE END AS sure, party.on_day
  FROM party
  JOIN land AS own ON own.territory = party.serves AND own.sovereign <> party.serves
  LEFT JOIN land AS above ON above.territory = own.sovereign
  UNION ALL
  SELECT party.id, membership.state AS name,
    CASE
      WHEN party.on_day IS NOT NULL
        OR (membership.member_from IS NULL AND membership.member_to IS NULL) THEN TRUE
    END AS sure,
    party.on_day
  FROM party
  JOIN membership ON membership.state_group = party.serves
    AND COALESCE(membership.member_from <= party.on_day, TRUE)
    AND COALESCE(party.on_day < membership.member_to, TRUE)
)
SELECT id, name, sure FROM market
UNION ALL
SELECT market.id, membership.state_group AS name,
  CASE
    WHEN market.on_day IS NOT NULL
      OR (membership.member_from IS NULL AND membership.member_to IS NULL) THEN market.sure
  END AS sure
FROM market
JOIN membership ON membership.state = market.name
  AND COALESCE(membership.member_from <= market.on_day, TRUE)
  AND COALESCE(market.on_day < membership.member_to, TRUE)
UNION ALL
-- another territory of the same sovereign: within the market or not is not known
SELECT party.id, other.territory AS name, CAST(NULL AS BOOLEAN) AS sure
FROM party
JOIN land AS own ON own.territory = party.serves
JOIN land AS other ON other.sovereign = own.sovereign
  AND other.territory <> own.territory AND other.territory <> own.sovereign
