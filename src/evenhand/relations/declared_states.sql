-- The states that a product declares for its data (kind `state`) or for whoever has control of them
-- (`control`): whole where a declaration says so and every entry is a territory or group that is
-- known.
SELECT
  said.product, said.kind,
  COALESCE(bool_or(said.complete), FALSE)
    AND NOT bool_or(
      said.state IS NOT NULL AND land.sovereign IS NULL AND club.state_group IS NULL
    ) AS whole
FROM product_declaration AS said
LEFT JOIN land ON land.territory = said.state
LEFT JOIN (SELECT state_group FROM membership GROUP BY state_group) AS club
  ON club.state_group = said.state
WHERE said.kind IN ('state', 'control')
GROUP BY said.product, said.kind
