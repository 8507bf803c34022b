SELECT 'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject, territory.id AS fact
FROM transfer_place AS code
JOIN transfer ON transfer.id = code.id
JOIN territory ON territory.territory = code.code
UNION
SELECT 'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject, bound_name.membership
FROM transfer_place AS code
JOIN transfer ON transfer.id = code.id
JOIN bound_name ON bound_name.code = code.code
JOIN p_restricted ON p_restricted.value = bound_name.name
WHERE bound_name.membership IS NOT NULL
