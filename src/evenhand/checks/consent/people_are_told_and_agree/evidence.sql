WITH code AS (
  SELECT id, collected_in AS code FROM transfer
  UNION
  SELECT id, importer_state AS code FROM transfer
  UNION
  SELECT id, stored_in AS code FROM transfer
  UNION
  SELECT id, accessed_from AS code FROM transfer
)
SELECT 'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject, territory.id AS fact
FROM code
JOIN transfer ON transfer.id = code.id
JOIN territory ON territory.territory = code.code
