-- Transfers of which it is said whether their exporter is under a law: `so` is empty where it is
-- said both ways.
SELECT
  said.id,
  CASE
    WHEN count(said.so) = count(*) AND min(said.so) = max(said.so) THEN min(said.so)
  END AS so
FROM transfer_standing AS said
JOIN p_law ON lower(p_law.value) = said.word
WHERE said.about = 'bound'
GROUP BY said.id
