WITH owned AS (
  SELECT artefact, min(product) AS product, count(DISTINCT product) AS products
  FROM product_artefact WHERE artefact <> '' GROUP BY artefact
),
asked AS (
  SELECT
    artefact, address, min(lower(name)) AS name, count(DISTINCT lower(name)) AS names,
    min(id) AS fact
  FROM host_name
  WHERE source IN ('tls', 'dtls') AND address IS NOT NULL
  GROUP BY artefact, address
)
SELECT
  'certificate:' || COALESCE(CASE WHEN owned.products = 1 THEN owned.product END, '') || '/'
    || COALESCE(CASE WHEN asked.names = 1 THEN asked.name END, certificate.shown_by,
      certificate.id) AS subject,
  asked.fact AS fact
FROM certificate
JOIN asked ON asked.artefact = certificate.artefact AND asked.address = certificate.shown_by
LEFT JOIN owned ON owned.artefact = certificate.artefact
