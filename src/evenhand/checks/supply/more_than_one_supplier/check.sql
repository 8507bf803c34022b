WITH asked AS (
  SELECT (SELECT count(*) FROM p_uses) > 0 AS any_use
),
supplier AS (
  SELECT
    party.id, party.product, party.on_day, lower(party.party) AS name,
    lower(party.parent) AS owner,
    CASE
      WHEN party.role NOT IN (SELECT value FROM p_roles) THEN FALSE
      WHEN party.role IS NULL THEN NULL
      WHEN NOT asked.any_use OR purpose.same THEN TRUE
      WHEN party.use IS NULL OR purpose.alike THEN NULL
      ELSE FALSE
    END AS counts
  FROM party
  CROSS JOIN asked
  LEFT JOIN party_use AS purpose ON purpose.id = party.id
  WHERE COALESCE(party.product, '') <> ''
),
whole AS (
  SELECT count(*) > 0 AS parties FROM complete_table WHERE name = 'party'
),
tally AS (
  SELECT
    product, min(id) AS fact, max(on_day) AS on_day,
    CASE
      WHEN bool_or(counts) THEN TRUE WHEN bool_or(counts IS NULL) THEN NULL ELSE FALSE
    END AS supplied,
    bool_or(counts IS NULL) AS any_open,
    count(DISTINCT CASE WHEN counts THEN owner END) AS owners,
    count(DISTINCT CASE WHEN counts THEN COALESCE(owner, name) END) AS names
  FROM supplier
  GROUP BY product
)
SELECT
  'supply:' || tally.product AS subject,
  tally.on_day AS on_day,
  tally.fact AS fact,
  tally.supplied AS supplied,
  CASE
    WHEN tally.owners >= 2 THEN TRUE
    -- two names may have one owner
    WHEN tally.names >= 2 OR tally.any_open THEN NULL
    WHEN whole.parties THEN FALSE
  END AS several
FROM tally
CROSS JOIN whole
