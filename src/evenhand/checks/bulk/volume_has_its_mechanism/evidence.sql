WITH largest AS (
  SELECT id, exporter, on_day
  FROM (
    SELECT
      id, exporter, on_day,
      row_number() OVER (
        PARTITION BY exporter ORDER BY COALESCE(people_low, 0) DESC, id
      ) AS place
    FROM transfer
    WHERE exporter IS NOT NULL
  ) AS ranked
  WHERE place <= 20
),
used AS (
  SELECT code.id, territory.id AS fact
  FROM transfer_place AS code
  JOIN territory ON territory.territory = code.code
  UNION
  -- the largest of the exporter's transfers up to the day, back to the first day that counts
  SELECT one.id, other.id AS fact
  FROM transfer AS one
  JOIN largest AS other ON one.id <> other.id AND one.exporter = other.exporter
    AND COALESCE(other.on_day <= one.on_day, TRUE)
    AND COALESCE(
      CAST(left(CAST(other.on_day AS VARCHAR), 4) AS INTEGER)
      >= CAST(left(CAST(one.on_day AS VARCHAR), 4) AS INTEGER) - CAST($years_back AS INTEGER),
      TRUE)
)
SELECT 'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject, used.fact AS fact
FROM used
JOIN transfer ON transfer.id = used.id
