-- Where a transfer starts, and each place that it may end in.
SELECT id, 'exporter_state' AS part, exporter_state AS code, on_day FROM transfer
UNION ALL
SELECT id, 'importer_state' AS part, importer_state AS code, on_day FROM transfer
UNION ALL
SELECT id, 'stored_in' AS part, stored_in AS code, on_day FROM transfer
UNION ALL
SELECT id, 'accessed_from' AS part, accessed_from AS code, on_day FROM transfer
