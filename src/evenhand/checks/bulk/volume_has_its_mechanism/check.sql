WITH here AS (
  SELECT land.regime FROM p_from JOIN land ON land.territory = p_from.value GROUP BY land.regime
),
border AS (
  SELECT
    land.territory,
    CASE WHEN land.regime IS NULL THEN NULL ELSE here.regime IS NOT NULL END AS inside
  FROM land
  LEFT JOIN here ON here.regime = land.regime
),
placed AS (
  SELECT
    transfer.id, transfer.exporter, transfer.on_day,
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
  LEFT JOIN border AS collected ON collected.territory = transfer.collected_in
  LEFT JOIN border AS importer ON importer.territory = transfer.importer_state
  LEFT JOIN border AS stored ON stored.territory = transfer.stored_in
  LEFT JOIN border AS reader ON reader.territory = transfer.accessed_from
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
together AS (
  -- the exporter's transfers of the period: `sure`, or perhaps
  SELECT
    one.id, other.id AS counted,
    one.id = other.id OR (
      COALESCE(other.on_day <= one.on_day, FALSE)
      AND COALESCE(other.from_here AND other.leaves AND NOT other.exempt, FALSE)
    ) AS sure
  FROM placed AS one
  JOIN placed AS other ON one.id = other.id OR (
    one.exporter = other.exporter
    AND COALESCE(other.on_day <= one.on_day, TRUE)
    AND COALESCE(other.in_year >= one.in_year - CAST($years_back AS INTEGER), TRUE)
    AND COALESCE(other.from_here, TRUE) AND COALESCE(other.leaves, TRUE)
    AND NOT COALESCE(other.exempt, FALSE)
  )
),
low AS (
  SELECT mine.id, mine.kind, mine.most, max(transfer.people_low) AS least
  FROM kinds AS mine
  JOIN together ON together.id = mine.id AND together.sure
  JOIN kinds AS theirs ON theirs.id = together.counted AND theirs.kind = mine.kind
  JOIN transfer ON transfer.id = together.counted
  WHERE mine.most IS NOT NULL
  GROUP BY mine.id, mine.kind, mine.most
),
counts AS (
  -- transfers that hold this kind, or do not say what they hold
  SELECT
    mine.id, mine.kind, together.counted
  FROM kinds AS mine
  JOIN together ON together.id = mine.id
  LEFT JOIN kinds AS theirs ON theirs.id = together.counted
  LEFT JOIN about ON about.id = together.counted
  WHERE mine.most IS NOT NULL AND (theirs.kind = mine.kind OR about.concerned IS NULL)
  GROUP BY mine.id, mine.kind, together.counted
),
high AS (
  SELECT
    counts.id, counts.kind,
    CASE WHEN bool_or(transfer.people_high IS NULL) THEN NULL ELSE sum(transfer.people_high) END
      AS greatest
  FROM counts
  JOIN transfer ON transfer.id = counts.counted
  GROUP BY counts.id, counts.kind
),
reached AS (
  SELECT
    low.id,
    CASE
      WHEN bool_or(low.most = -1 OR COALESCE(low.least > low.most, FALSE)) THEN TRUE
      WHEN bool_or(NOT COALESCE(high.greatest <= low.most, FALSE)) THEN NULL
      ELSE FALSE
    END AS reached
  FROM low
  LEFT JOIN high ON high.id = low.id AND high.kind = low.kind
  GROUP BY low.id
),
asked AS (
  SELECT (SELECT count(*) FROM p_statuses) > 0 AS any_status
)
SELECT
  'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  placed.from_here AS from_here,
  placed.leaves AS leaves,
  about.concerned AND CASE
    WHEN NOT asked.any_status OR status.value IS NOT NULL THEN TRUE
    WHEN transfer.exporter_status IS NULL THEN NULL
    ELSE FALSE
  END AS concerned,
  reached.reached AS reached,
  placed.exempt AS exempt,
  CASE
    WHEN mechanism.value IS NOT NULL THEN TRUE
    WHEN transfer.mechanism = 'none' OR other_mechanism.value IS NOT NULL THEN FALSE
  END AS mechanism_fits
FROM transfer
CROSS JOIN asked
JOIN placed ON placed.id = transfer.id
LEFT JOIN about ON about.id = transfer.id
LEFT JOIN reached ON reached.id = transfer.id
LEFT JOIN (SELECT value FROM p_statuses GROUP BY value) AS status
  ON status.value = transfer.exporter_status
LEFT JOIN (SELECT value FROM p_mechanisms GROUP BY value) AS mechanism
  ON mechanism.value = transfer.mechanism
LEFT JOIN (SELECT value FROM p_other_mechanisms GROUP BY value) AS other_mechanism
  ON other_mechanism.value = transfer.mechanism
