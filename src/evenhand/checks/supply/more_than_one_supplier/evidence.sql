SELECT 'supply:' || product AS subject, id AS fact
FROM party
WHERE COALESCE(product, '') <> ''
