SELECT
  'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  collected.inside AS from_here,
  CASE
    WHEN NOT importer.inside OR NOT stored.inside OR NOT reader.inside THEN TRUE
    WHEN importer.inside AND stored.inside AND reader.inside THEN FALSE
  END AS leaves,
  CASE WHEN mine.value IS NOT NULL THEN TRUE WHEN other.value IS NOT NULL THEN FALSE END AS concerned,
  transfer.informed AS told,
  CASE WHEN transfer.legal_basis IS NULL THEN NULL ELSE transfer.legal_basis = 'consent' END
    AS consent_is_the_ground,
  transfer.consent AS agreed
FROM transfer
LEFT JOIN border_from AS collected ON collected.territory = transfer.collected_in
LEFT JOIN border_from AS importer ON importer.territory = transfer.importer_state
LEFT JOIN border_from AS stored ON stored.territory = transfer.stored_in
LEFT JOIN border_from AS reader ON reader.territory = transfer.accessed_from
LEFT JOIN (SELECT value FROM p_classes GROUP BY value) AS mine
  ON mine.value = transfer.data_class
LEFT JOIN (SELECT value FROM p_other_classes GROUP BY value) AS other
  ON other.value = transfer.data_class
