SELECT 'product:' || product.product AS subject, party.id AS fact
FROM product
JOIN party ON party.product = product.product
UNION
SELECT 'product:' || product_declaration.product AS subject, product_declaration.id AS fact
FROM product_declaration
JOIN p_about ON lower(p_about.value) = product_declaration.kind
