SELECT 'demand:' || COALESCE(demand.demand, demand.id) AS subject, used.fact AS fact
FROM (
  SELECT id, fact FROM demand_accord_row
  WHERE type IN (SELECT value FROM p_assistance) OR agreement IN (SELECT value FROM p_assistance)
  UNION
  SELECT id, fact FROM demand_ground
) AS used
JOIN demand ON demand.id = used.id
WHERE used.fact IS NOT NULL
