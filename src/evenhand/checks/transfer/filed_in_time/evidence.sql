WITH used AS (
  SELECT id, code, on_day
  FROM transfer_side
  WHERE part = 'exporter_state' OR part IN (SELECT value FROM p_places)
),
named AS (
  SELECT used.id, transfer_name.name, transfer_name.membership
  FROM used
  JOIN transfer_name ON transfer_name.code = used.code
    AND transfer_name.on_day IS NOT DISTINCT FROM used.on_day
),
fact AS (
  SELECT named.id, named.membership AS fact FROM named JOIN p_area ON p_area.value = named.name
  UNION
  SELECT used.id, territory.id AS fact FROM used JOIN territory ON territory.territory = used.code
)
SELECT 'transfer:' || transfer.transfer AS subject, fact.fact AS fact
FROM fact
JOIN transfer ON transfer.id = fact.id
WHERE fact.fact IS NOT NULL
