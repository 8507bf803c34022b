-- Transfers, and whether one of the places that a law counts as a destination lies outside its area.
SELECT
  aim.id,
  CASE
    WHEN bool_or(NOT border.inside) THEN TRUE
    WHEN bool_or(border.inside IS NULL) THEN NULL
    ELSE FALSE
  END AS abroad
FROM (
  SELECT side.id, side.code, side.on_day
  FROM transfer_side AS side
  JOIN p_places ON p_places.value = side.part
) AS aim
LEFT JOIN transfer_border AS border
  ON border.code = aim.code AND border.on_day IS NOT DISTINCT FROM aim.on_day
GROUP BY aim.id
