WITH started AS (
  SELECT
    id, COALESCE(clock_on, CAST(clock_at AS DATE)) AS clock_day,
    COALESCE(given_on, CAST(given_at AS DATE)) AS given_day,
    date_diff('second', clock_at, given_at) AS seconds
  FROM notice
),
measured AS (
  SELECT
    started.id, started.clock_day, started.seconds,
    started.given_day IS NOT NULL AS was_given,
    COALESCE(
      started.given_day, CASE WHEN NOT notice.given THEN CAST($as_of AS DATE) END
    ) AS end_day
  FROM started
  JOIN notice ON notice.id = started.id
),
elapsed AS (
  SELECT
    id, clock_day, seconds, was_given,
    date_diff('day', clock_day, end_day) AS days,
    date_diff('month', clock_day, end_day) AS months,
    CAST(split_part(CAST(clock_day AS VARCHAR), '-', 3) AS INTEGER) AS clock_number,
    CAST(split_part(CAST(end_day AS VARCHAR), '-', 3) AS INTEGER) AS end_number
  FROM measured
),
timed AS (
  -- TRUE, FALSE or not known, as if the notice had been given at the end that was measured
  SELECT
    id, clock_day, was_given,
    CASE
      WHEN CAST($hours AS INTEGER) IS NOT NULL THEN
        CASE
          WHEN seconds IS NOT NULL THEN seconds <= CAST($hours AS INTEGER) * 3600
          WHEN (days + 1) * 24 <= CAST($hours AS INTEGER) THEN TRUE
          WHEN (days - 1) * 24 >= CAST($hours AS INTEGER) THEN FALSE
        END
      WHEN CAST($days AS INTEGER) IS NOT NULL THEN days <= CAST($days AS INTEGER)
      WHEN CAST($months AS INTEGER) IS NOT NULL THEN
        months < CAST($months AS INTEGER)
          OR (months = CAST($months AS INTEGER) AND end_number <= clock_number)
    END AS so
  FROM elapsed
),
said AS (
  SELECT id, TRUE AS so, UNNEST(bound_by) AS word FROM notice
  UNION ALL
  SELECT id, FALSE AS so, UNNEST(not_bound_by) AS word FROM notice
),
standing AS (
  SELECT said.id, CASE WHEN min(said.so) = max(said.so) THEN min(said.so) END AS so
  FROM said
  JOIN p_law ON lower(p_law.value) = lower(said.word)
  GROUP BY said.id
),
held AS (
  SELECT notice.id, bool_or(bound_name.sure) AS within
  FROM notice
  JOIN timed ON timed.id = notice.id
  JOIN bound_name ON bound_name.code = notice.owed_in
    AND COALESCE(bound_name.member_from <= timed.clock_day, bound_name.member_from IS NULL)
    AND COALESCE(timed.clock_day < bound_name.member_to, bound_name.member_to IS NULL)
  JOIN p_area ON p_area.value = bound_name.name
  GROUP BY notice.id
)
SELECT
  'notice:' || notice.notice AS subject,
  timed.clock_day AS on_day,
  notice.id AS fact,
  CASE
    WHEN lower(notice.stage) <> $stage OR lower(notice.told_to) <> $told_to THEN FALSE
    ELSE lower(notice.stage) = $stage AND lower(notice.told_to) = $told_to
  END AS this_notice,
  CASE
    WHEN lower(notice.about) IN (SELECT lower(value) FROM p_about) THEN TRUE
    WHEN lower(notice.about) IN (SELECT lower(value) FROM p_other_events) THEN FALSE
  END AS clock_started,
  CASE
    WHEN standing.id IS NOT NULL THEN standing.so WHEN held.within THEN TRUE
  END AS bound,
  CASE
    WHEN $reasons = 'yes' AND NOT timed.so AND timed.was_given
      THEN CASE WHEN NOT notice.reasons_given THEN FALSE END
    WHEN timed.was_given OR NOT timed.so THEN timed.so
  END AS in_time
FROM notice
JOIN timed ON timed.id = notice.id
LEFT JOIN standing ON standing.id = notice.id
LEFT JOIN held ON held.id = notice.id
