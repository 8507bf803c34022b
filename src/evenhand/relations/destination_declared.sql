-- How each name that a product used for a destination stands to what its maker declares: `declared`
-- is TRUE, FALSE (a list that calls itself complete has no such host), or empty. A destination has a
-- row for each name that was used for it, and one with its address where there was none.
WITH owned AS (
  SELECT artefact, product FROM product_artefact WHERE artefact <> '' GROUP BY artefact, product
),
said AS (
  -- what is declared, in lower case and without a final dot
  SELECT
    product,
    CASE WHEN right(host, 1) = '.' THEN lower(left(host, length(host) - 1)) ELSE lower(host)
      END AS host,
    complete
  FROM product_declaration
  WHERE kind = 'host'
),
form AS (
  SELECT
    product, host, complete,
    regexp_matches(host, '^[0-9.]+$') OR regexp_matches(host, '^[0-9a-f:.]*:[0-9a-f:.]*$')
      AS is_address,
    regexp_matches(host, '^([*][.])?[a-z0-9_.-]+$') AS is_name
  FROM said
),
rule AS (
  -- what the declarations of one product allow: a list is whole where it says so and every entry
  -- can be compared; addresses can be compared with addresses only
  SELECT
    product,
    COALESCE(bool_or(complete), FALSE)
      AND NOT COALESCE(bool_or(NOT is_address AND NOT is_name), FALSE) AS whole,
    COALESCE(bool_or(is_name AND NOT is_address), FALSE) AS any_name,
    COALESCE(bool_or(is_address AND host LIKE '%:%'), FALSE) AS any_v6
  FROM form
  GROUP BY product
),
spoken AS (
  -- names that the client itself used for the address: all of them, not only the first; an
  -- address written where a name could stand is no name
  SELECT destination.id, lower(host_name.name) AS name
  FROM destination
  JOIN owned ON owned.product = destination.product
  JOIN host_name ON host_name.artefact = owned.artefact
    AND host_name.address = destination.address
  WHERE host_name.source IN ('tls', 'quic', 'https', 'http')
    AND NOT regexp_matches(host_name.name, '^[0-9.]+$|:')
  GROUP BY destination.id, lower(host_name.name)
),
heard AS (
  -- names that others gave the address: an alias of a declared name may stand for it
  SELECT destination.id, lower(host_name.name) AS name
  FROM destination
  JOIN owned ON owned.product = destination.product
  JOIN host_name ON host_name.artefact = owned.artefact
    AND host_name.address = destination.address
  GROUP BY destination.id, lower(host_name.name)
),
used AS (
  SELECT id, name, TRUE AS by_client FROM spoken
  UNION ALL
  SELECT destination.id, lower(destination.host) AS name, heard.name IS NULL AS by_client
  FROM destination
  LEFT JOIN spoken ON spoken.id = destination.id AND spoken.name = lower(destination.host)
  LEFT JOIN heard ON heard.id = destination.id AND heard.name = lower(destination.host)
  WHERE spoken.name IS NULL AND NOT regexp_matches(destination.host, '^[0-9.]+$|:')
),
pattern AS (
  SELECT product, substr(host, 2) AS tail FROM form WHERE host LIKE '*.%'
),
fit AS (
  -- how each used name stands to each declaration
  SELECT used.id, used.name, TRUE AS matched
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN form ON form.product = destination.product AND form.host = used.name
  UNION ALL
  SELECT used.id, used.name, TRUE AS matched
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN pattern ON pattern.product = destination.product
    AND right(used.name, length(pattern.tail)) = pattern.tail
  UNION ALL
  -- `*.name` for `name` itself: near, and no more
  SELECT used.id, used.name, FALSE AS matched
  FROM used
  JOIN destination ON destination.id = used.id
  JOIN form ON form.product = destination.product AND form.host = '*.' || used.name
),
met AS (
  SELECT id, name, bool_or(matched) AS matched, bool_or(NOT matched) AS near
  FROM fit
  GROUP BY id, name
),
alias AS (
  SELECT heard.id
  FROM heard
  JOIN destination ON destination.id = heard.id
  JOIN form ON form.product = destination.product AND form.host = heard.name
  UNION
  SELECT heard.id
  FROM heard
  JOIN destination ON destination.id = heard.id
  JOIN pattern ON pattern.product = destination.product
    AND right(heard.name, length(pattern.tail)) = pattern.tail
),
direct AS (
  SELECT destination.id
  FROM destination
  JOIN form ON form.product = destination.product AND form.host = destination.address
  GROUP BY destination.id
),
seen AS (
  SELECT
    destination.id, destination.product, destination.address, destination.first_seen,
    COALESCE(used.name, destination.address) AS name,
    -- captures made anonymous hold documentation addresses where public ones were
    CASE
      WHEN destination.address IS NOT NULL
        THEN COALESCE(destination.special, '') IN ('', 'documentation')
    END
      AS public,
    CASE
      WHEN rule.product IS NULL THEN NULL
      WHEN met.matched OR direct.id IS NOT NULL THEN TRUE
      WHEN NOT rule.whole OR met.near THEN NULL
      WHEN used.name IS NULL AND rule.any_name THEN NULL
      WHEN used.name IS NULL AND rule.any_v6 AND destination.address LIKE '%:%' THEN NULL
      WHEN NOT used.by_client AND alias.id IS NOT NULL THEN NULL
      ELSE FALSE
    END AS declared
  FROM destination
  LEFT JOIN used ON used.id = destination.id
  LEFT JOIN rule ON rule.product = destination.product
  LEFT JOIN met ON met.id = used.id AND met.name = used.name
  LEFT JOIN direct ON direct.id = destination.id
  LEFT JOIN alias ON alias.id = destination.id
)
SELECT id, product, address, first_seen, name, public, declared FROM seen
