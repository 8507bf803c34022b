SELECT 'product:' || product.product AS subject, party.id AS fact
FROM product
JOIN party ON party.product = product.product
UNION
SELECT 'product:' || product AS subject, id AS fact
FROM product_declaration
WHERE kind = 'support period'
