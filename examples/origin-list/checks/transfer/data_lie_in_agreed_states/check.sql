SELECT
  'transfer:' || transfer.transfer AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  CASE WHEN transfer.stored_in IS NOT NULL THEN p_states.value IS NOT NULL END AS agreed
FROM transfer
LEFT JOIN p_states ON p_states.value = transfer.stored_in
