WITH relied AS (
  -- rows of the agreement that the demand names, of two sides; a decision of one side about
  -- another and a treaty of many parties are no agreement between two
  SELECT
    demand.id, agreement.id AS agreement_row, agreement.state_a, agreement.state_b,
    CASE
      WHEN agreement.in_force_to <= demand.on_day THEN FALSE
      WHEN demand.on_day < agreement.in_force_from THEN FALSE
      WHEN COALESCE(agreement.in_force_from, agreement.in_force_on) <= demand.on_day THEN TRUE
    END AS in_force
  FROM demand
  JOIN agreement ON agreement.agreement = demand.agreement OR agreement.type = demand.agreement
  WHERE agreement.type IN (SELECT value FROM p_agreements)
    AND agreement.type NOT IN ('signature only', 'negotiation', 'treaty party', 'adequacy')
),
end_of AS (
  SELECT id, agreement_row, in_force, state_a AS code FROM relied
  UNION ALL
  SELECT id, agreement_row, in_force, state_b AS code FROM relied
),
member AS (
  -- the sovereigns behind each end: its own, or those of its members on the day; an end that
  -- nothing is known of stays unknown
  SELECT end_of.id, end_of.agreement_row, end_of.in_force, land.sovereign
  FROM end_of
  JOIN land ON land.territory = end_of.code
  UNION ALL
  SELECT
    end_of.id, end_of.agreement_row, end_of.in_force,
    CASE
      WHEN demand.on_day IS NOT NULL THEN land.sovereign
      WHEN membership.member_from IS NULL AND membership.member_to IS NULL THEN land.sovereign
    END AS sovereign
  FROM end_of
  JOIN demand ON demand.id = end_of.id
  JOIN membership ON membership.state_group = end_of.code
    AND COALESCE(membership.member_from <= demand.on_day, TRUE)
    AND COALESCE(demand.on_day < membership.member_to, TRUE)
  LEFT JOIN land ON land.territory = membership.state
  UNION ALL
  SELECT end_of.id, end_of.agreement_row, end_of.in_force, CAST(NULL AS VARCHAR) AS sovereign
  FROM end_of
  LEFT JOIN land ON land.territory = end_of.code
  LEFT JOIN membership ON membership.state_group = end_of.code
  WHERE land.territory IS NULL AND membership.state_group IS NULL
),
used AS (
  -- only agreements to which the demanding state is a side
  SELECT
    member.id, member.agreement_row, member.in_force,
    bool_or(member.sovereign = demander.sovereign) AS is_side,
    bool_or(member.sovereign IS NULL) AS open_side
  FROM member
  JOIN demand ON demand.id = member.id
  LEFT JOIN land AS demander ON demander.territory = demand.by_state
  GROUP BY member.id, member.agreement_row, member.in_force
),
found AS (
  SELECT
    id,
    CASE
      WHEN bool_or(in_force AND is_side) THEN TRUE
      WHEN bool_or((in_force IS NULL OR in_force) AND (is_side IS NULL OR is_side OR open_side))
        THEN NULL
      ELSE FALSE
    END AS in_force,
    bool_or(is_side) AS any_side
  FROM used
  GROUP BY id
),
touched AS (
  SELECT
    member.id,
    CASE
      WHEN bool_or(member.sovereign = holder.sovereign) THEN TRUE
      WHEN bool_or(member.sovereign IS NULL) OR min(holder.sovereign) IS NULL THEN NULL
      ELSE FALSE
    END AS data_inside,
    CASE
      WHEN bool_or(member.sovereign = people.sovereign) THEN TRUE
      WHEN bool_or(member.sovereign IS NULL) OR min(people.sovereign) IS NULL THEN NULL
      ELSE FALSE
    END AS people_inside
  FROM member
  JOIN used ON used.id = member.id AND used.agreement_row = member.agreement_row
  JOIN demand ON demand.id = member.id
  LEFT JOIN land AS holder ON holder.territory = demand.data_located_in
  LEFT JOIN land AS people ON people.territory = demand.people_in
  WHERE used.is_side AND COALESCE(used.in_force, TRUE)
  GROUP BY member.id
)
SELECT
  'demand:' || COALESCE(demand.demand, demand.id) AS subject,
  demand.on_day AS on_day,
  demand.id AS fact,
  CASE
    WHEN lower(demand.agreement) = 'none' OR demand.permitted THEN FALSE
    WHEN found.any_side THEN found.in_force
  END AS under_agreement,
  NOT touched.data_inside AS data_in_third_state,
  NOT touched.people_inside AS people_in_third_state
FROM demand
LEFT JOIN found ON found.id = demand.id
LEFT JOIN touched ON touched.id = demand.id
