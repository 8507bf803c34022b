WITH rhythm AS (
  -- fewer contacts than can be told from chance leave `odds` empty
  SELECT
    product, address, bool_or(idle) AS idle, bool_or(idle IS NULL) AS idle_open,
    bool_or(odds * $one_in <= 1) AS regular, bool_or(odds IS NULL) AS regular_open
  FROM beacon
  GROUP BY product, address
),
known AS (
  SELECT
    destination_declared.id, destination_declared.product, destination_declared.name,
    destination_declared.first_seen, destination_declared.public, destination_declared.declared,
    CASE WHEN rhythm.idle THEN TRUE WHEN NOT rhythm.idle_open THEN FALSE END AS idle,
    CASE WHEN rhythm.regular THEN TRUE WHEN NOT rhythm.regular_open THEN FALSE END AS regular
  FROM destination_declared
  LEFT JOIN rhythm ON rhythm.product = destination_declared.product
    AND rhythm.address = destination_declared.address
),
weighed AS (
  -- of several addresses of one host, one that fails on all counts decides
  SELECT
    'destination:' || COALESCE(product, '') || '/' || COALESCE(name, id) AS subject,
    id, first_seen, public, idle, regular, declared,
    row_number() OVER (
      PARTITION BY 'destination:' || COALESCE(product, '') || '/' || COALESCE(name, id)
      ORDER BY
        CASE
          WHEN public AND idle AND regular AND NOT declared THEN 0
          WHEN COALESCE(public, TRUE)
            AND NOT COALESCE(declared OR NOT regular OR NOT idle, FALSE) THEN 1
          WHEN public THEN 2
          ELSE 3
        END,
        id
    ) AS place
  FROM known
)
SELECT
  subject, CAST(first_seen AS DATE) AS on_day, id AS fact, public, idle, regular, declared
FROM weighed
WHERE place = 1
