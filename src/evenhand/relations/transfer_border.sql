-- Places of transfers on their days, and whether they lie inside the area within which a law lets
-- data move: `inside` is empty where that is not known.
SELECT
  spot.code, spot.on_day,
  CASE
    WHEN held.code IS NOT NULL THEN held.within
    WHEN land.sovereign IS NOT NULL THEN FALSE
  END AS inside
FROM (SELECT DISTINCT code, on_day FROM transfer_side WHERE code IS NOT NULL) AS spot
LEFT JOIN (
  SELECT
    named.code, named.on_day,
    CASE
      WHEN bool_or(named.within) THEN TRUE
      WHEN bool_or(named.within IS NULL) THEN NULL
      ELSE FALSE
    END AS within
  FROM transfer_name AS named
  JOIN p_area ON p_area.value = named.name
  GROUP BY named.code, named.on_day
) AS held ON held.code = spot.code AND held.on_day IS NOT DISTINCT FROM spot.on_day
LEFT JOIN land ON land.territory = spot.code
