WITH said AS (
  SELECT product, state, complete FROM product_declaration WHERE kind = 'control'
),
seen AS (
  SELECT
    destination_control.id, destination_control.how, destination_control.state,
    destination.product, CAST(destination.first_seen AS DATE) AS on_day, land.sovereign
  FROM destination_control
  JOIN destination ON destination.id = destination_control.id
  LEFT JOIN land ON land.territory = destination_control.state
),
lies AS (
  -- states are compared as sovereigns; a dated membership of an unknown day is not known
  SELECT seen.id, seen.how, TRUE AS sure
  FROM seen
  JOIN said ON said.product = seen.product
  JOIN land AS meant ON meant.territory = said.state AND meant.sovereign = seen.sovereign
  UNION ALL
  SELECT
    seen.id, seen.how,
    CASE
      WHEN seen.on_day IS NOT NULL
        OR (membership.member_from IS NULL AND membership.member_to IS NULL) THEN TRUE
    END AS sure
  FROM seen
  JOIN membership ON membership.state IN (seen.state, seen.sovereign)
    AND COALESCE(membership.member_from <= seen.on_day, TRUE)
    AND COALESCE(seen.on_day < membership.member_to, TRUE)
  JOIN said ON said.product = seen.product AND said.state = membership.state_group
),
met AS (
  SELECT id, how, bool_or(sure) AS sure, TRUE AS any_met FROM lies GROUP BY id, how
),
judged AS (
  SELECT
    seen.id,
    CASE
      WHEN rule.product IS NULL OR seen.sovereign IS NULL THEN NULL
      WHEN met.sure THEN TRUE
      WHEN met.any_met OR NOT rule.whole THEN NULL
      ELSE FALSE
    END AS within
  FROM seen
  LEFT JOIN declared_states AS rule ON rule.product = seen.product AND rule.kind = 'control'
  LEFT JOIN met ON met.id = seen.id AND met.how = seen.how
),
each AS (
  -- one who is at home elsewhere is enough; all have to be known to be within
  SELECT
    id,
    CASE
      WHEN bool_or(NOT within) THEN FALSE WHEN bool_or(within IS NULL) THEN NULL ELSE TRUE
    END AS within
  FROM judged
  GROUP BY id
),
whole AS (
  SELECT
    destination.id, destination.first_seen,
    'destination:' || COALESCE(destination.product, '') || '/'
      || COALESCE(lower(destination.host), destination.address, destination.id) AS subject,
    -- captures made anonymous hold documentation addresses where public ones were
    CASE
      WHEN destination.address IS NOT NULL
        THEN COALESCE(destination.special, '') IN ('', 'documentation')
    END AS public,
    each.within
  FROM destination
  LEFT JOIN each ON each.id = destination.id
)
SELECT
  subject,
  CAST(min(first_seen) AS DATE) AS on_day,
  min(id) AS fact,
  CASE
    WHEN bool_or(public) THEN TRUE WHEN bool_or(public IS NULL) THEN NULL ELSE FALSE
  END AS public,
  CASE
    WHEN bool_or(NOT within AND COALESCE(public, TRUE)) THEN FALSE
    WHEN bool_or(within IS NULL AND COALESCE(public, TRUE)) THEN NULL
    WHEN bool_or(within) THEN TRUE
    WHEN bool_or(NOT within) THEN FALSE
  END AS within
FROM whole
GROUP BY subject
