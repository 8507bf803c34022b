-- The rows that say who offers a product in one of the roles of a clause: parties, and the
-- territories that they serve.
SELECT party.product, party.id AS fact
FROM party
WHERE party.role IN (SELECT value FROM p_roles)
UNION
SELECT party.product, territory.id AS fact
FROM party
JOIN territory ON territory.territory = party.serves
WHERE party.role IN (SELECT value FROM p_roles)
