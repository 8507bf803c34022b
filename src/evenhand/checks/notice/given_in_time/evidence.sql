WITH named AS (
  SELECT notice.notice, bound_name.membership
  FROM notice
  JOIN bound_name ON bound_name.code = notice.owed_in
  JOIN p_area ON p_area.value = bound_name.name
),
fact AS (
  SELECT notice, membership AS fact FROM named
  UNION
  SELECT notice.notice, territory.id AS fact
  FROM notice
  JOIN territory ON territory.territory = notice.owed_in
)
SELECT 'notice:' || notice AS subject, fact
FROM fact
WHERE fact IS NOT NULL
