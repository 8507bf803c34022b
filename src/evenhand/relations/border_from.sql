-- Territories, and whether they lie inside the data border that a clause looks out from.
SELECT
  land.territory, land.sovereign,
  CASE WHEN land.regime IS NULL THEN NULL ELSE here.regime IS NOT NULL END AS inside
FROM land
LEFT JOIN (
  SELECT land.regime FROM p_from JOIN land ON land.territory = p_from.value GROUP BY land.regime
) AS here ON here.regime = land.regime
