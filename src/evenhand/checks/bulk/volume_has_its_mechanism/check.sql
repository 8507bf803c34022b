WITH placed AS (
  -- a row for each transfer, with all that is asked of it later: it is joined by its id once
  SELECT
    transfer.id, transfer.transfer, transfer.exporter, transfer.exporter_status, transfer.on_day,
    transfer.mechanism, transfer.people_low, transfer.people_high,
    COALESCE(CAST(transfer.on_day AS VARCHAR), '') AS day_key,
    CAST(left(CAST(transfer.on_day AS VARCHAR), 4) AS INTEGER) AS in_year,
    collected.inside AS from_here,
    CASE
      WHEN NOT importer.inside OR NOT stored.inside OR NOT reader.inside THEN TRUE
      WHEN importer.inside AND stored.inside AND reader.inside THEN FALSE
    END AS leaves,
    CASE
      WHEN exemption.value IS NOT NULL THEN TRUE
      WHEN transfer.exemption = 'none' OR (SELECT count(*) FROM p_exemptions) = 0 THEN FALSE
    END AS exempt
  FROM transfer
  LEFT JOIN border_from AS collected ON collected.territory = transfer.collected_in
  LEFT JOIN border_from AS importer ON importer.territory = transfer.importer_state
  LEFT JOIN border_from AS stored ON stored.territory = transfer.stored_in
  LEFT JOIN border_from AS reader ON reader.territory = transfer.accessed_from
  LEFT JOIN (SELECT value FROM p_exemptions GROUP BY value) AS exemption
    ON exemption.value = transfer.exemption
),
-- `most`: the largest number that does not yet reach
limit_of AS (
  SELECT
    CASE
      WHEN ends_with(value, ' any') THEN left(value, length(value) - 4)
      ELSE trim(split_part(value, '>', 1))
    END AS kind,
    CASE
      WHEN ends_with(value, ' any') THEN -1
      WHEN contains(value, '>=') THEN CAST(
        split_part(trim(replace(split_part(value, '>', 2), '=', '')), ' ', 1) AS BIGINT) - 1
      ELSE CAST(split_part(trim(split_part(value, '>', 2)), ' ', 1) AS BIGINT)
    END AS most
  FROM p_thresholds
),
carried AS (
  SELECT id, UNNEST(categories) AS kind, FALSE AS by_class FROM transfer
  UNION ALL
  SELECT id, data_class AS kind, TRUE AS by_class FROM transfer WHERE data_class IS NOT NULL
),
kinds AS (
  SELECT
    carried.id, carried.kind, carried.by_class, limit_of.most,
    p_other_kinds.value IS NOT NULL AS other
  FROM carried
  LEFT JOIN limit_of ON limit_of.kind = carried.kind
  LEFT JOIN p_other_kinds ON p_other_kinds.value = carried.kind
),
about AS (
  SELECT
    id,
    CASE
      WHEN bool_or(most IS NOT NULL) THEN TRUE
      -- a class that the clause is not about, and no kind that nobody knows
      WHEN bool_or(by_class AND other) AND NOT bool_or(most IS NULL AND NOT other) THEN FALSE
    END AS concerned
  FROM kinds
  GROUP BY id
),
counted AS (
  -- transfers that count with others of their exporter; `sure`, or perhaps. A transfer that does
  -- not say what it holds may hold any kind (`*`).
  SELECT
    placed.id, placed.exporter, placed.on_day, placed.in_year, placed.day_key,
    COALESCE(kinds.kind, '*') AS kind, placed.people_low, placed.people_high,
    kinds.kind IS NOT NULL AND placed.on_day IS NOT NULL
      AND COALESCE(placed.from_here AND placed.leaves AND NOT placed.exempt, FALSE) AS sure
  FROM placed
  LEFT JOIN about ON about.id = placed.id
  LEFT JOIN kinds ON kinds.id = placed.id AND kinds.most IS NOT NULL
  WHERE placed.exporter IS NOT NULL
    AND (kinds.kind IS NOT NULL OR about.concerned IS NULL)
    AND COALESCE(placed.from_here, TRUE) AND COALESCE(placed.leaves, TRUE)
    AND NOT COALESCE(placed.exempt, FALSE)
),
daily AS (
  -- summed by day first, so that many transfers of one exporter cost days times days and no more
  SELECT
    exporter, day_key, min(on_day) AS on_day, min(in_year) AS in_year, kind,
    max(CASE WHEN sure THEN people_low END) AS least,
    sum(people_high) AS greatest, bool_or(people_high IS NULL) AS any_open
  FROM counted
  GROUP BY exporter, day_key, kind
),
spot AS (
  SELECT
    placed.exporter, placed.day_key,
    min(placed.on_day) AS on_day, min(placed.in_year) AS in_year, kinds.kind
  FROM placed
  JOIN kinds ON kinds.id = placed.id
  WHERE placed.exporter IS NOT NULL AND kinds.most IS NOT NULL
  GROUP BY placed.exporter, placed.day_key, kinds.kind
),
around AS (
  -- the period up to the day; an unknown day may lie within it
  SELECT
    spot.exporter, spot.day_key, spot.kind,
    max(CASE WHEN spot.on_day IS NOT NULL THEN daily.least END) AS least,
    sum(daily.greatest) AS greatest, bool_or(daily.any_open) AS any_open
  FROM spot
  JOIN daily ON daily.exporter = spot.exporter AND daily.kind IN (spot.kind, '*')
    AND COALESCE(daily.on_day <= spot.on_day, TRUE)
    AND COALESCE(daily.in_year >= spot.in_year - CAST($years_back AS INTEGER), TRUE)
  GROUP BY spot.exporter, spot.day_key, spot.kind
),
bounds AS (
  -- the transfer itself always counts, whether or not it counts with others
  SELECT
    kinds.id, kinds.most,
    CASE
      WHEN placed.people_low IS NULL OR around.least > placed.people_low THEN around.least
      ELSE placed.people_low
    END AS least,
    CASE
      WHEN around.any_open THEN NULL
      WHEN mine.id IS NOT NULL THEN around.greatest
      ELSE placed.people_high + COALESCE(around.greatest, 0)
    END AS greatest
  FROM kinds
  JOIN placed ON placed.id = kinds.id
  LEFT JOIN counted AS mine ON mine.id = kinds.id AND mine.kind = kinds.kind
  LEFT JOIN around ON around.exporter = placed.exporter AND around.day_key = placed.day_key
    AND around.kind = kinds.kind
  WHERE kinds.most IS NOT NULL
),
reached AS (
  SELECT
    id,
    CASE
      WHEN bool_or(most = -1 OR COALESCE(least > most, FALSE)) THEN TRUE
      WHEN bool_or(NOT COALESCE(greatest <= most, FALSE)) THEN NULL
      ELSE FALSE
    END AS reached
  FROM bounds
  GROUP BY id
),
asked AS (
  SELECT (SELECT count(*) FROM p_statuses) > 0 AS any_status
)
SELECT
  'transfer:' || COALESCE(placed.transfer, placed.id) AS subject,
  placed.on_day AS on_day,
  placed.id AS fact,
  placed.from_here AS from_here,
  placed.leaves AS leaves,
  about.concerned AND CASE
    WHEN NOT asked.any_status OR status.value IS NOT NULL THEN TRUE
    WHEN placed.exporter_status IS NULL THEN NULL
    ELSE FALSE
  END AS concerned,
  reached.reached AS reached,
  placed.exempt AS exempt,
  CASE
    WHEN mechanism.value IS NOT NULL THEN TRUE
    WHEN placed.mechanism = 'none' OR other_mechanism.value IS NOT NULL THEN FALSE
  END AS mechanism_fits
FROM placed
CROSS JOIN asked
LEFT JOIN about ON about.id = placed.id
LEFT JOIN reached ON reached.id = placed.id
LEFT JOIN (SELECT value FROM p_statuses GROUP BY value) AS status
  ON status.value = placed.exporter_status
LEFT JOIN (SELECT value FROM p_mechanisms GROUP BY value) AS mechanism
  ON mechanism.value = placed.mechanism
LEFT JOIN (SELECT value FROM p_other_mechanisms GROUP BY value) AS other_mechanism
  ON other_mechanism.value = placed.mechanism
