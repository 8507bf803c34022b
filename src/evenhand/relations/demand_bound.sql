-- Demands of which it is said whether whoever is asked is under a law: `so` is empty where it is
-- said both ways.
SELECT said.id, CASE WHEN min(said.so) = max(said.so) THEN min(said.so) END AS so
FROM (
  SELECT id, TRUE AS so, UNNEST(bound_by) AS word FROM demand
  UNION ALL
  SELECT id, FALSE AS so, UNNEST(not_bound_by) AS word FROM demand
) AS said
JOIN p_law ON lower(p_law.value) = lower(said.word)
GROUP BY said.id
