SELECT 'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject, territory.id AS fact
FROM transfer_place AS code
JOIN transfer ON transfer.id = code.id
JOIN territory ON territory.territory = code.code
