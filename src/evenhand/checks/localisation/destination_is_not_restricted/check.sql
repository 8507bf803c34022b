WITH club AS (
  SELECT state_group FROM membership GROUP BY state_group
),
asked AS (
  -- an entry that is neither a territory nor a group is not known
  SELECT
    count(*) > 0 AS any_restricted,
    COALESCE(bool_or(land.territory IS NULL AND club.state_group IS NULL), FALSE) AS odd
  FROM p_restricted
  LEFT JOIN land ON land.territory = p_restricted.value
  LEFT JOIN club ON club.state_group = p_restricted.value
),
goes AS (
  SELECT id, importer_state AS code, on_day FROM transfer WHERE importer_state IS NOT NULL
  UNION
  SELECT id, stored_in AS code, on_day FROM transfer WHERE stored_in IS NOT NULL
  UNION
  SELECT id, accessed_from AS code, on_day FROM transfer WHERE accessed_from IS NOT NULL
),
hit AS (
  SELECT goes.id, TRUE AS sure
  FROM goes
  JOIN p_restricted ON p_restricted.value = goes.code
  UNION ALL
  -- a restriction of a sovereign, or of a group, reaches its territories for sure only within
  -- one data border
  SELECT goes.id,
    CASE
      WHEN goes.on_day IS NOT NULL
        OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) THEN bound_name.sure
    END AS sure
  FROM goes
  JOIN bound_name ON bound_name.code = goes.code
    AND COALESCE(bound_name.member_from <= goes.on_day, TRUE)
    AND COALESCE(goes.on_day < bound_name.member_to, TRUE)
  JOIN p_restricted ON p_restricted.value = bound_name.name
),
met AS (
  SELECT id, COALESCE(bool_or(sure), FALSE) AS sure FROM hit GROUP BY id
),
unplaced AS (
  SELECT goes.id
  FROM goes
  LEFT JOIN land ON land.territory = goes.code
  WHERE land.sovereign IS NULL
  GROUP BY goes.id
)
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
  CASE
    WHEN NOT asked.any_restricted THEN FALSE
    WHEN met.sure THEN TRUE
    WHEN met.id IS NOT NULL OR asked.odd OR unplaced.id IS NOT NULL THEN NULL
    -- a recipient, or a place of storage, that is not said may be the one
    WHEN transfer.importer_state IS NULL AND transfer.stored_in IS NULL THEN NULL
    ELSE FALSE
  END AS to_restricted_place
FROM transfer
CROSS JOIN asked
LEFT JOIN met ON met.id = transfer.id
LEFT JOIN unplaced ON unplaced.id = transfer.id
LEFT JOIN border_from AS collected ON collected.territory = transfer.collected_in
LEFT JOIN border_from AS importer ON importer.territory = transfer.importer_state
LEFT JOIN border_from AS stored ON stored.territory = transfer.stored_in
LEFT JOIN border_from AS reader ON reader.territory = transfer.accessed_from
LEFT JOIN (SELECT value FROM p_classes GROUP BY value) AS mine
  ON mine.value = transfer.data_class
LEFT JOIN (SELECT value FROM p_other_classes GROUP BY value) AS other
  ON other.value = transfer.data_class
