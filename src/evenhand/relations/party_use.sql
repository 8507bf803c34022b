-- Suppliers, and whether what they are used for is one of the uses of a clause: the same words, or
-- words of which one holds the other.
SELECT
  party.id,
  bool_or(lower(trim(party.use)) = lower(p_uses.value)) AS same,
  bool_or(
    contains(lower(party.use), lower(p_uses.value))
    OR contains(lower(p_uses.value), lower(party.use))
  ) AS alike
FROM party
CROSS JOIN p_uses
GROUP BY party.id
