-- Whether a clause is about some kinds of product only, and about some markets only.
SELECT
  (SELECT count(*) FROM p_kinds) > 0 AS any_kind,
  (SELECT count(*) FROM p_markets) > 0 AS any_market
