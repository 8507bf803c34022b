-- One row for each territory; a sovereign or regime that two rows tell differently is not known.
SELECT
  territory,
  CASE WHEN count(DISTINCT sovereign) = 1 THEN min(sovereign) END AS sovereign,
  CASE WHEN count(DISTINCT regime) = 1 THEN min(regime) END AS regime
FROM territory
GROUP BY territory
