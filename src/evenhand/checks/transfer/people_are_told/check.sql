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
    WHEN lower(transfer.exporter_role) IN ('controller', 'joint controller') THEN TRUE
    WHEN lower(transfer.exporter_role) = 'processor' THEN FALSE
  END AS collects,
  transfer.informed AS told
FROM transfer
LEFT JOIN transfer_abroad AS way ON way.id = transfer.id
LEFT JOIN transfer_bound AS standing ON standing.id = transfer.id
LEFT JOIN transfer_border AS home ON home.code = transfer.exporter_state
  AND home.on_day IS NOT DISTINCT FROM transfer.on_day
