-- Products that somebody in one of the roles of a clause offers: in its markets, or where that is
-- not known.
SELECT
  party.product,
  bool_or(COALESCE(border_market.inside, FALSE)) AS here,
  bool_or(border_market.inside IS NULL) AS any_open
FROM party
LEFT JOIN border_market ON border_market.territory = party.serves
WHERE party.role IN (SELECT value FROM p_roles)
GROUP BY party.product
