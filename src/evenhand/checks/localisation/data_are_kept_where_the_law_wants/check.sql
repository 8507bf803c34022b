WITH here AS (
  SELECT land.regime FROM p_here JOIN land ON land.territory = p_here.value GROUP BY land.regime
),
border AS (
  SELECT
    land.territory, land.sovereign,
    CASE WHEN land.regime IS NULL THEN NULL ELSE here.regime IS NOT NULL END AS inside
  FROM land
  LEFT JOIN here ON here.regime = land.regime
),
theirs AS (
  SELECT land.sovereign FROM p_people JOIN land ON land.territory = p_people.value
  GROUP BY land.sovereign
),
asked AS (
  SELECT
    (SELECT count(*) FROM p_people) > 0 AS any_people,
    (SELECT count(*) FROM p_statuses) > 0 AS any_status
)
SELECT
  'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  -- people at home whose data are said to come from elsewhere: not known
  CASE
    WHEN NOT collected.inside AND people.inside THEN NULL
    ELSE collected.inside
  END AS collected_here,
  CASE WHEN mine.value IS NOT NULL THEN TRUE WHEN other.value IS NOT NULL THEN FALSE END
  AND CASE
    WHEN NOT asked.any_people OR theirs.sovereign IS NOT NULL THEN TRUE
    WHEN citizen.sovereign IS NOT NULL THEN FALSE
  END
  AND CASE
    WHEN NOT asked.any_status OR status.value IS NOT NULL THEN TRUE
    WHEN transfer.exporter_status IS NOT NULL THEN FALSE
  END AS concerned,
  CASE
    WHEN CAST($keeps AS VARCHAR) = 'record' THEN recorded.inside
    WHEN stored.inside OR recorded.inside THEN TRUE
    WHEN NOT stored.inside AND NOT recorded.inside THEN FALSE
  END AS kept_here,
  CASE
    WHEN exemption.value IS NOT NULL THEN TRUE
    WHEN transfer.exemption = 'none' OR (SELECT count(*) FROM p_exemptions) = 0 THEN FALSE
  END AS exempt
FROM transfer
CROSS JOIN asked
LEFT JOIN border AS collected ON collected.territory = transfer.collected_in
LEFT JOIN border AS people ON people.territory = transfer.people_in
LEFT JOIN border AS stored ON stored.territory = transfer.stored_in
LEFT JOIN border AS recorded ON recorded.territory = transfer.recorded_in
LEFT JOIN border AS citizen ON citizen.territory = transfer.citizens_of
LEFT JOIN theirs ON theirs.sovereign = citizen.sovereign
LEFT JOIN (SELECT value FROM p_statuses GROUP BY value) AS status
  ON status.value = transfer.exporter_status
LEFT JOIN (SELECT value FROM p_exemptions GROUP BY value) AS exemption
  ON exemption.value = transfer.exemption
LEFT JOIN (SELECT value FROM p_classes GROUP BY value) AS mine
  ON mine.value = transfer.data_class
LEFT JOIN (SELECT value FROM p_other_classes GROUP BY value) AS other
  ON other.value = transfer.data_class
