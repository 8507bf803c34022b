WITH used AS (
  SELECT id, part, code, on_day
  FROM transfer_side
  WHERE part = 'exporter_state' OR part IN (SELECT value FROM p_places)
),
named AS (
  SELECT used.id, used.part, transfer_name.name, transfer_name.membership
  FROM used
  JOIN transfer_name ON transfer_name.code = used.code
    AND transfer_name.on_day IS NOT DISTINCT FROM used.on_day
),
ruled AS (
  -- each decision on a destination, in force or not, and the membership through which it reaches
  SELECT named.id, agreement.id AS decision, named.membership
  FROM named
  JOIN agreement ON agreement.state_b = named.name AND agreement.type = 'adequacy'
  JOIN p_decisions ON p_decisions.value = agreement.agreement
  WHERE named.part <> 'exporter_state'
),
fact AS (
  SELECT id, decision AS fact FROM ruled
  UNION
  SELECT id, membership AS fact FROM ruled
  UNION
  SELECT named.id, named.membership AS fact FROM named JOIN p_area ON p_area.value = named.name
  UNION
  SELECT used.id, territory.id AS fact FROM used JOIN territory ON territory.territory = used.code
  UNION
  -- whoever says that the agreements given are all there are
  SELECT transfer.id, given.id AS fact
  FROM transfer
  CROSS JOIN (SELECT id, UNNEST(complete_for) AS complete_table FROM reading) AS given
  WHERE given.complete_table = 'agreement'
)
SELECT 'transfer:' || transfer.transfer AS subject, fact.fact AS fact
FROM fact
JOIN transfer ON transfer.id = fact.id
WHERE fact.fact IS NOT NULL
