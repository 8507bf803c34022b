-- Who may rely on an agreement with whom: both ways between two sides, one way for a decision of
-- one side about another (`taker` is decided about), any two parties of one treaty. A signature
-- alone and a negotiation bind nobody. `begins` is the first day where it is known, `reaches` a
-- day by which it was in force, `ends` the first day on which it no longer was.
WITH accord AS (
  SELECT
    id, agreement, type, state_a, state_b, in_force_from AS begins, in_force_to AS ends,
    COALESCE(in_force_from, in_force_on) AS reaches,
    COALESCE(scope, '') <> '' AS scoped
  FROM agreement
  WHERE type NOT IN ('signature only', 'negotiation')
)
SELECT
  agreement, type, state_a AS taker, state_b AS giver, scoped, id AS row_1, id AS row_2,
  begins AS begins_1, reaches AS reaches_1, ends AS ends_1,
  begins AS begins_2, reaches AS reaches_2, ends AS ends_2
FROM accord
WHERE type NOT IN ('treaty party', 'adequacy')
UNION ALL
SELECT
  agreement, type, state_b, state_a, scoped, id, id, begins, reaches, ends, begins, reaches, ends
FROM accord
WHERE type <> 'treaty party'
UNION ALL
SELECT
  one.agreement, one.type, one.state_b, two.state_b, one.scoped OR two.scoped, one.id, two.id,
  one.begins, one.reaches, one.ends, two.begins, two.reaches, two.ends
FROM accord AS one
JOIN accord AS two ON two.agreement = one.agreement AND two.state_b <> one.state_b
WHERE one.type = 'treaty party' AND two.type = 'treaty party'
