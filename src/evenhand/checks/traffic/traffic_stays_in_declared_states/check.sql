WITH said AS (
  SELECT product, state, complete FROM product_declaration WHERE kind = 'state'
),
stands AS (
  -- registry data alone say nothing about where a host stands
  SELECT
    address,
    CASE
      WHEN count(DISTINCT located_in) = 1
        AND NOT bool_or(located_by IS NULL OR located_by = 'registry') THEN min(located_in)
    END AS located_in
  FROM place
  GROUP BY address
),
seen AS (
  SELECT
    destination.id, destination.product, destination.address, destination.host,
    destination.first_seen, CAST(destination.first_seen AS DATE) AS on_day, stands.located_in,
    -- captures made anonymous hold documentation addresses where public ones were
    CASE
      WHEN destination.address IS NOT NULL
        THEN COALESCE(destination.special, '') IN ('', 'documentation')
    END
      AS public
  FROM destination
  LEFT JOIN stands ON stands.address = destination.address
),
code AS (
  -- a territory lies in its sovereign's state for sure only under the same regime
  SELECT id, product, on_day, located_in AS name, TRUE AS sure FROM seen
  WHERE located_in IS NOT NULL
  UNION ALL
  SELECT seen.id, seen.product, seen.on_day, own.sovereign AS name,
    CASE WHEN own.regime = above.regime THEN TRUE END AS sure
  FROM seen
  JOIN land AS own ON own.territory = seen.located_in AND own.sovereign <> seen.located_in
  LEFT JOIN land AS above ON above.territory = own.sovereign
),
lies AS (
  SELECT id, product, name, sure FROM code
  UNION ALL
  SELECT code.id, code.product, membership.state_group AS name,
    CASE
      WHEN code.on_day IS NOT NULL THEN code.sure
      WHEN membership.member_from IS NULL AND membership.member_to IS NULL THEN code.sure
    END AS sure
  FROM code
  JOIN membership ON membership.state = code.name
    AND COALESCE(membership.member_from <= code.on_day, TRUE)
    AND COALESCE(code.on_day < membership.member_to, TRUE)
  UNION ALL
  -- another territory of the same sovereign is declared: inside or not is not known
  SELECT seen.id, seen.product, other.territory AS name, CAST(NULL AS BOOLEAN) AS sure
  FROM seen
  JOIN land AS own ON own.territory = seen.located_in
  JOIN land AS other ON other.sovereign = own.sovereign
    AND other.territory <> own.territory AND other.territory <> own.sovereign
),
met AS (
  SELECT lies.id, bool_or(lies.sure) AS sure, TRUE AS any_met
  FROM lies
  JOIN said ON said.product = lies.product AND said.state = lies.name
  GROUP BY lies.id
),
judged AS (
  SELECT
    seen.id, seen.product, seen.address, seen.host, seen.first_seen, seen.public,
    CASE
      WHEN rule.product IS NULL OR seen.located_in IS NULL THEN NULL
      WHEN met.sure THEN TRUE
      WHEN met.any_met OR own.sovereign IS NULL OR NOT rule.whole THEN NULL
      ELSE FALSE
    END AS inside
  FROM seen
  LEFT JOIN declared_states AS rule ON rule.product = seen.product AND rule.kind = 'state'
  LEFT JOIN met ON met.id = seen.id
  LEFT JOIN land AS own ON own.territory = seen.located_in
)
SELECT
  'destination:' || COALESCE(product, '') || '/' || COALESCE(lower(host), address, id) AS subject,
  CAST(min(first_seen) AS DATE) AS on_day,
  min(id) AS fact,
  CASE
    WHEN bool_or(public) THEN TRUE WHEN bool_or(public IS NULL) THEN NULL ELSE FALSE
  END AS public,
  -- a host may have many addresses: one outside is enough
  CASE
    WHEN bool_or(NOT inside AND COALESCE(public, TRUE)) THEN FALSE
    WHEN bool_or(inside IS NULL AND COALESCE(public, TRUE)) THEN NULL
    WHEN bool_or(inside) THEN TRUE
    WHEN bool_or(NOT inside) THEN FALSE
  END AS inside
FROM judged
GROUP BY 'destination:' || COALESCE(product, '') || '/' || COALESCE(lower(host), address, id)
