-- The names by which a law speaks of a place of a transfer on its day: its own, its sovereign's,
-- and the groups they belong to that day. `within`: whether it lies inside the data border of
-- that name (a territory with a border of its own lies outside its sovereign's). `sure` is TRUE
-- where a decision about that name reaches it, and empty where that is not known. An unknown day
-- leaves a dated membership unknown.
WITH spot AS (
  SELECT exporter_state AS code, on_day FROM transfer WHERE exporter_state IS NOT NULL
  UNION
  SELECT importer_state AS code, on_day FROM transfer WHERE importer_state IS NOT NULL
  UNION
  SELECT stored_in AS code, on_day FROM transfer WHERE stored_in IS NOT NULL
  UNION
  SELECT accessed_from AS code, on_day FROM transfer WHERE accessed_from IS NOT NULL
),
met AS (
  SELECT
    spot.code, spot.on_day, bound_name.name, bound_name.sure, bound_name.membership,
    spot.on_day IS NOT NULL
      OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) AS dated
  FROM spot
  JOIN bound_name ON bound_name.code = spot.code
    AND COALESCE(bound_name.member_from <= spot.on_day, TRUE)
    AND COALESCE(spot.on_day < bound_name.member_to, TRUE)
)
SELECT
  met.code, met.on_day, met.name, met.membership, own.sovereign,
  CASE
    WHEN met.sure IS NULL AND own.regime <> above.regime THEN FALSE
    WHEN met.dated THEN met.sure
  END AS within,
  CASE WHEN met.dated THEN met.sure END AS sure
FROM met
JOIN land AS own ON own.territory = met.code
LEFT JOIN land AS above ON above.territory = own.sovereign
