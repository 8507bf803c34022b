-- Every agreement between the state that demands and the state where the data lie, by demand.
-- `in_force` is TRUE or FALSE on the demand's day, and empty where a day, a scope, a membership or
-- a territory leaves it open.
WITH side AS (
  SELECT
    demand.id, demand.on_day, bound_name.code, bound_name.name, bound_name.membership,
    -- an unknown day leaves a dated membership unknown; one without dates always is
    CASE
      WHEN demand.on_day IS NOT NULL
        OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) THEN bound_name.sure
    END AS sure,
    demand.by_state, demand.data_located_in
  FROM demand
  JOIN bound_name ON bound_name.code IN (demand.by_state, demand.data_located_in)
    AND COALESCE(bound_name.member_from <= demand.on_day, TRUE)
    AND COALESCE(demand.on_day < bound_name.member_to, TRUE)
)
SELECT
  demands.id, pair.agreement, pair.type, pair.row_1, pair.row_2,
  demands.membership AS membership_1, holds.membership AS membership_2,
  CASE
    WHEN pair.ends_1 <= demands.on_day OR pair.ends_2 <= demands.on_day
      OR demands.on_day < pair.begins_1 OR demands.on_day < pair.begins_2 THEN FALSE
    WHEN pair.reaches_1 <= demands.on_day AND pair.reaches_2 <= demands.on_day
      AND NOT pair.scoped AND demands.sure AND holds.sure THEN TRUE
  END AS in_force
FROM side AS demands
JOIN side AS holds ON holds.id = demands.id AND holds.code = holds.data_located_in
JOIN agreement_pair AS pair ON pair.taker = demands.name AND pair.giver = holds.name
WHERE demands.code = demands.by_state
