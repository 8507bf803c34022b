-- What transfers say of the laws that their exporters are under, and of the decisions that cover
-- their importers: `so` is TRUE, FALSE, or empty where it is said both ways. Words in lower case.
SELECT id, about, word, CASE WHEN min(so) = max(so) THEN min(so) END AS so
FROM (
  SELECT id, 'covered' AS about, TRUE AS so, lower(UNNEST(covered_by)) AS word FROM transfer
  UNION ALL
  SELECT id, 'covered' AS about, FALSE AS so, lower(UNNEST(not_covered_by)) AS word FROM transfer
  UNION ALL
  SELECT id, 'bound' AS about, TRUE AS so, lower(UNNEST(bound_by)) AS word FROM transfer
  UNION ALL
  SELECT id, 'bound' AS about, FALSE AS so, lower(UNNEST(not_bound_by)) AS word FROM transfer
) AS said
GROUP BY id, about, word
