WITH here AS (
  SELECT land.regime FROM p_kept JOIN land ON land.territory = p_kept.value GROUP BY land.regime
),
border AS (
  SELECT
    land.territory, land.sovereign,
    CASE WHEN land.regime IS NULL THEN NULL ELSE here.regime IS NOT NULL END AS inside
  FROM land
  LEFT JOIN here ON here.regime = land.regime
),
own AS (
  SELECT land.sovereign FROM p_kept JOIN land ON land.territory = p_kept.value
  GROUP BY land.sovereign
),
asked AS (
  SELECT (SELECT count(*) FROM p_classes) > 0 AS any_class
)
SELECT
  'demand:' || COALESCE(demand.demand, demand.id) AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  holder.inside AS kept_here,
  CASE WHEN demander.sovereign IS NULL THEN NULL ELSE own.sovereign IS NULL END AS "foreign",
  CASE
    WHEN purpose.value IS NOT NULL THEN TRUE
    WHEN other_purpose.value IS NOT NULL OR demand.asks_for = 'storage at home' THEN FALSE
  END AS official,
  CASE
    WHEN NOT asked.any_class OR mine.value IS NOT NULL THEN TRUE
    WHEN demand.data_class = 'none' THEN FALSE
  END AS concerned,
  demand.answered AS handed_over,
  demand.permitted AS approved
FROM demand
CROSS JOIN asked
LEFT JOIN border AS holder ON holder.territory = demand.data_located_in
LEFT JOIN land AS demander ON demander.territory = demand.by_state
LEFT JOIN own ON own.sovereign = demander.sovereign
LEFT JOIN (SELECT value FROM p_purposes GROUP BY value) AS purpose
  ON purpose.value = demand.purpose
LEFT JOIN (SELECT value FROM p_other_purposes GROUP BY value) AS other_purpose
  ON other_purpose.value = demand.purpose
LEFT JOIN (SELECT value FROM p_classes GROUP BY value) AS mine
  ON mine.value = demand.data_class
