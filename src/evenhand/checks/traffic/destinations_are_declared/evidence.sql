WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
said AS (
  SELECT id, complete, lower(host) AS host, product FROM product_declaration WHERE kind = 'host'
),
named AS (
  SELECT destination.id, lower(host_name.name) AS name, min(host_name.id) AS host_name
  FROM destination
  JOIN owned ON owned.product = destination.product
  JOIN host_name ON host_name.artefact = owned.artefact
    AND host_name.address = destination.address
  WHERE NOT regexp_matches(host_name.name, '^[0-9.]+$|:')
    AND (host_name.source IN ('tls', 'quic', 'https', 'http') OR host_name.name = destination.host)
  GROUP BY destination.id, lower(host_name.name)
),
used AS (
  SELECT id, name, host_name FROM named
  UNION ALL
  SELECT
    destination.id,
    CASE
      WHEN regexp_matches(destination.host, '^[0-9.]+$|:') THEN destination.address
      ELSE COALESCE(lower(destination.host), destination.address)
    END AS name,
    CAST(NULL AS VARCHAR) AS host_name
  FROM destination
  LEFT JOIN named ON named.id = destination.id
  WHERE named.id IS NULL
),
fact AS (
  SELECT id, name, host_name AS fact FROM used
  UNION
  SELECT id, name, id AS fact FROM used
  UNION
  -- the declarations that match, and one that calls the list complete
  SELECT used.id, used.name, said.id AS fact
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN said ON said.product = destination.product AND said.host = used.name
  UNION
  SELECT used.id, used.name, said.id AS fact
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN said ON said.product = destination.product AND said.host = destination.address
  UNION
  SELECT used.id, used.name, said.id AS fact
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN said ON said.product = destination.product AND said.host LIKE '*.%'
    AND right(used.name, length(said.host) - 1) = substr(said.host, 2)
  UNION
  SELECT used.id, used.name, min(said.id) AS fact
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN said ON said.product = destination.product AND said.complete
  GROUP BY used.id, used.name
)
SELECT DISTINCT
  'destination:' || COALESCE(destination.product, '') || '/' || COALESCE(fact.name, fact.id)
    AS subject,
  fact.fact AS fact
FROM fact
JOIN destination ON destination.id = fact.id
WHERE fact.fact IS NOT NULL
