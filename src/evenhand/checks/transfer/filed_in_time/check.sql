WITH held AS (
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
),
border AS (
  SELECT
    spot.code, spot.on_day,
    CASE
      WHEN held.code IS NOT NULL THEN held.within
      WHEN land.sovereign IS NOT NULL THEN FALSE
    END AS inside
  FROM (SELECT DISTINCT code, on_day FROM transfer_side WHERE code IS NOT NULL) AS spot
  LEFT JOIN held ON held.code = spot.code AND held.on_day IS NOT DISTINCT FROM spot.on_day
  LEFT JOIN land ON land.territory = spot.code
),
standing AS (
  SELECT
    said.id,
    CASE
      WHEN count(said.so) = count(*) AND min(said.so) = max(said.so) THEN min(said.so)
    END AS so
  FROM transfer_standing AS said
  JOIN p_law ON lower(p_law.value) = said.word
  WHERE said.about = 'bound'
  GROUP BY said.id
),
aim AS (
  SELECT side.id, side.part, side.code, side.on_day
  FROM transfer_side AS side
  JOIN p_places ON p_places.value = side.part
),
way AS (
  SELECT
    aim.id,
    CASE
      WHEN bool_or(NOT border.inside) THEN TRUE
      WHEN bool_or(border.inside IS NULL) THEN NULL
      ELSE FALSE
    END AS abroad
  FROM aim
  LEFT JOIN border ON border.code = aim.code AND border.on_day IS NOT DISTINCT FROM aim.on_day
  GROUP BY aim.id
)
SELECT
  'transfer:' || transfer.transfer AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  CASE
    WHEN lower(transfer.data_class) IN (SELECT lower(value) FROM p_data) THEN TRUE
    WHEN lower(transfer.data_class) IN ('none', 'non-personal') THEN FALSE
  END AS personal,
  CASE
    WHEN standing.id IS NOT NULL THEN standing.so WHEN home.inside THEN TRUE
  END AS bound,
  way.abroad AS abroad,
  CASE
    WHEN transfer.sent_by_person THEN FALSE
    WHEN $importer = 'any' THEN TRUE
    ELSE transfer.separate_importer
  END AS handed_over,
  CASE
    WHEN lower(transfer.exemption) IN (SELECT lower(value) FROM p_exempt) THEN TRUE
    WHEN lower(transfer.exemption) = 'none' OR (SELECT count(*) FROM p_exempt) = 0 THEN FALSE
  END AS exempt,
  CASE
    WHEN transfer.filed_on <= begun.on_day THEN TRUE
    WHEN transfer.filed_on IS NOT NULL
      THEN date_diff('day', begun.on_day, transfer.filed_on) <= CAST($days AS INTEGER)
    WHEN NOT transfer.filed
      AND date_diff('day', begun.on_day, CAST($as_of AS DATE)) > CAST($days AS INTEGER) THEN FALSE
  END AS filed_in_time
FROM transfer
LEFT JOIN (SELECT id, COALESCE(first_on, on_day) AS on_day FROM transfer) AS begun
  ON begun.id = transfer.id
LEFT JOIN way ON way.id = transfer.id
LEFT JOIN standing ON standing.id = transfer.id
LEFT JOIN border AS home ON home.code = transfer.exporter_state
  AND home.on_day IS NOT DISTINCT FROM transfer.on_day
