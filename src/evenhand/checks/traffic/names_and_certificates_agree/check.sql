WITH owned AS (
  SELECT artefact, min(product) AS product, count(DISTINCT product) AS products
  FROM product_artefact WHERE artefact <> '' GROUP BY artefact
),
asked AS (
  -- the names that the client asked for at an address; of several, it is not known which
  SELECT artefact, address, min(lower(name)) AS name, count(DISTINCT lower(name)) AS names
  FROM host_name
  WHERE source IN ('tls', 'dtls') AND address IS NOT NULL
  GROUP BY artefact, address
),
word AS (
  SELECT id, lower(UNNEST(names)) AS word FROM certificate
),
fit AS (
  SELECT
    certificate.id,
    bool_or(word.word = asked.name OR word.word = certificate.shown_by OR (
      word.word LIKE '*.%'
      AND right(asked.name, length(word.word) - 1) = substr(word.word, 2)
      AND NOT contains(left(asked.name, length(asked.name) - length(word.word) + 1), '.')
    )) AS fits
  FROM certificate
  JOIN asked ON asked.artefact = certificate.artefact AND asked.address = certificate.shown_by
  JOIN word ON word.id = certificate.id
  GROUP BY certificate.id
),
known AS (
  SELECT
    certificate.id, CAST(certificate.first_seen AS DATE) AS on_day, certificate.accepted,
    'certificate:' || COALESCE(CASE WHEN owned.products = 1 THEN owned.product END, '') || '/'
      || COALESCE(CASE WHEN asked.names = 1 THEN asked.name END, certificate.shown_by,
        certificate.id) AS subject,
    NOT certificate.is_ca AS server,
    -- where the client asked for an address there is no name that a certificate could be for
    CASE WHEN asked.names = 1 AND (fit.fits OR asked.name <> certificate.shown_by) THEN fit.fits
      END AS covers,
    -- nobody shows a certificate before it is made: then the clock of whoever looked is wrong
    CASE
      WHEN certificate.not_after < certificate.first_seen THEN FALSE
      WHEN certificate.not_before <= certificate.first_seen
        AND certificate.first_seen <= certificate.not_after THEN TRUE
    END AS in_time
  FROM certificate
  LEFT JOIN owned ON owned.artefact = certificate.artefact
  LEFT JOIN asked ON asked.artefact = certificate.artefact
    AND asked.address = certificate.shown_by
  LEFT JOIN fit ON fit.id = certificate.id
  -- one that signs a package was shown to nobody
  WHERE certificate.shown_by IS NOT NULL OR certificate.first_seen IS NOT NULL
),
weighed AS (
  SELECT
    known.*,
    row_number() OVER (
      PARTITION BY subject
      ORDER BY
        CASE
          WHEN server AND accepted AND NOT (covers AND in_time) THEN 0
          WHEN COALESCE(server, TRUE)
            AND NOT COALESCE((covers AND in_time) OR NOT accepted, FALSE) THEN 1
          WHEN server THEN 2
          ELSE 3
        END,
        id
    ) AS place
  FROM known
)
SELECT subject, on_day, id AS fact, server, covers, in_time, accepted
FROM weighed
WHERE place = 1
