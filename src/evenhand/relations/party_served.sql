-- Suppliers that serve one of the territories or groups of a clause, for sure or perhaps.
SELECT party_market.id, bool_or(party_market.sure) AS sure, TRUE AS any_met
FROM party_market
JOIN p_served ON p_served.value = party_market.name
GROUP BY party_market.id
