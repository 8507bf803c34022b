-- The markets in which somebody offers a product: for sure, or perhaps. Without a name: somebody
-- offers it and where is not known.
SELECT party.product, party_market.name, COALESCE(bool_or(party_market.sure), FALSE) AS sure
FROM party
LEFT JOIN party_market ON party_market.id = party.id
WHERE party.product IS NOT NULL
GROUP BY party.product, party_market.name
