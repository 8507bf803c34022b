WITH code AS (
  SELECT id, on_day, importer_state AS code FROM transfer
  UNION
  SELECT id, on_day, importer_parent_state AS code FROM transfer
  UNION
  SELECT id, on_day, importer_employer_state AS code FROM transfer
  UNION
  SELECT id, on_day, accessed_from AS code FROM transfer
  UNION
  SELECT id, on_day, exporter_state AS code FROM transfer
  UNION
  SELECT id, on_day, people_in AS code FROM transfer
  UNION
  SELECT id, on_day, citizens_of AS code FROM transfer
),
reach AS (
  SELECT id, on_day, code FROM code
  UNION
  SELECT code.id, code.on_day, territory.sovereign AS code
  FROM code
  JOIN territory ON territory.territory = code.code
),
largest AS (
  SELECT id, exporter, importer, on_day
  FROM (
    SELECT
      id, exporter, importer, on_day,
      row_number() OVER (
        PARTITION BY exporter, importer ORDER BY COALESCE(people_low, devices_low, 0) DESC, id
      ) AS place
    FROM transfer
    WHERE exporter IS NOT NULL AND importer IS NOT NULL
  ) AS ranked
  WHERE place <= 20
),
used AS (
  SELECT code.id, territory.id AS fact
  FROM code
  JOIN territory ON territory.territory = code.code
  UNION
  SELECT reach.id, membership.id AS fact
  FROM reach
  JOIN membership ON membership.state = reach.code
    AND COALESCE(membership.member_from <= reach.on_day, TRUE)
    AND COALESCE(reach.on_day < membership.member_to, TRUE)
  JOIN p_barred ON p_barred.value = membership.state_group
  UNION
  -- the largest of the transfers that are counted together
  SELECT one.id, other.id AS fact
  FROM transfer AS one
  JOIN largest AS other ON one.id <> other.id
    AND one.exporter = other.exporter AND one.importer = other.importer
    AND COALESCE(date_diff('day', other.on_day, one.on_day) >= 0, TRUE)
    AND COALESCE(
      date_diff('day', other.on_day, one.on_day) <= CAST($window_days AS INTEGER) + 1, TRUE)
)
SELECT 'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject, used.fact AS fact
FROM used
JOIN transfer ON transfer.id = used.id
