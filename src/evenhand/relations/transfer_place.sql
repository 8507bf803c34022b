-- The territories that a transfer touches.
SELECT id, collected_in AS code FROM transfer
UNION
SELECT id, importer_state AS code FROM transfer
UNION
SELECT id, stored_in AS code FROM transfer
UNION
SELECT id, accessed_from AS code FROM transfer
