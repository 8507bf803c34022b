-- The rows that an agreement between the two states of a demand stands in.
SELECT id, type, agreement, row_1 AS fact FROM demand_accord
UNION
SELECT id, type, agreement, row_2 AS fact FROM demand_accord
UNION
SELECT id, type, agreement, membership_1 AS fact FROM demand_accord
UNION
SELECT id, type, agreement, membership_2 AS fact FROM demand_accord
