-- The rows that say whether two states have an agreement at all: their territories, and whoever says
-- that the agreements given are all there are.
SELECT demand.id, territory.id AS fact
FROM demand
JOIN territory ON territory.territory IN (demand.by_state, demand.data_located_in)
UNION
SELECT demand.id, said.id AS fact
FROM demand
CROSS JOIN (SELECT id, UNNEST(complete_for) AS complete_table FROM reading) AS said
WHERE said.complete_table = 'agreement'
