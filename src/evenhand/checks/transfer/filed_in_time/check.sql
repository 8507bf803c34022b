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
LEFT JOIN transfer_abroad AS way ON way.id = transfer.id
LEFT JOIN transfer_bound AS standing ON standing.id = transfer.id
LEFT JOIN transfer_border AS home ON home.code = transfer.exporter_state
  AND home.on_day IS NOT DISTINCT FROM transfer.on_day
