-- Territories, and whether they lie inside the markets that a clause is about.
SELECT
  land.territory,
  CASE WHEN land.regime IS NULL THEN NULL ELSE here.regime IS NOT NULL END AS inside
FROM land
LEFT JOIN (
  SELECT land.regime FROM p_markets JOIN land ON land.territory = p_markets.value
  GROUP BY land.regime
) AS here ON here.regime = land.regime
