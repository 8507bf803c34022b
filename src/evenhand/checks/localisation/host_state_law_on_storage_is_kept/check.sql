WITH side AS (
  SELECT id, 'own' AS part, exporter_state AS code, on_day
  FROM transfer WHERE exporter_state IS NOT NULL
  UNION ALL
  SELECT id, 'host' AS part, collected_in AS code, on_day
  FROM transfer WHERE collected_in IS NOT NULL
),
asked AS (
  -- an entry that is neither a territory nor a group is not known
  SELECT COALESCE(bool_or(land.territory IS NULL AND membership.state_group IS NULL), FALSE) AS odd
  FROM p_parties
  LEFT JOIN land ON land.territory = p_parties.value
  LEFT JOIN membership ON membership.state_group = p_parties.value
),
met AS (
  SELECT
    side.id, side.part,
    CASE
      WHEN side.on_day IS NOT NULL
        OR (bound_name.member_from IS NULL AND bound_name.member_to IS NULL) THEN bound_name.sure
    END AS sure
  FROM side
  JOIN bound_name ON bound_name.code = side.code
    AND COALESCE(bound_name.member_from <= side.on_day, TRUE)
    AND COALESCE(side.on_day < bound_name.member_to, TRUE)
  JOIN p_parties ON p_parties.value = bound_name.name
),
found AS (
  SELECT id, part, COALESCE(bool_or(sure), FALSE) AS sure FROM met GROUP BY id, part
),
party_of AS (
  SELECT
    side.id, side.part,
    CASE
      WHEN found.sure THEN TRUE
      WHEN found.id IS NOT NULL OR land.sovereign IS NULL OR asked.odd THEN NULL
      ELSE FALSE
    END AS is_party
  FROM side
  CROSS JOIN asked
  LEFT JOIN land ON land.territory = side.code
  LEFT JOIN found ON found.id = side.id AND found.part = side.part
)
SELECT
  'transfer:' || COALESCE(transfer.transfer, transfer.id) AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  own.sovereign <> host.sovereign AS abroad,
  own_party.is_party AND host_party.is_party AS between_parties,
  transfer.storage_required AS required,
  CASE
    WHEN stored.regime = host.regime OR recorded.regime = host.regime THEN TRUE
    WHEN stored.regime <> host.regime AND recorded.regime <> host.regime THEN FALSE
  END AS kept_there
FROM transfer
LEFT JOIN land AS own ON own.territory = transfer.exporter_state
LEFT JOIN land AS host ON host.territory = transfer.collected_in
LEFT JOIN land AS stored ON stored.territory = transfer.stored_in
LEFT JOIN land AS recorded ON recorded.territory = transfer.recorded_in
LEFT JOIN party_of AS own_party ON own_party.id = transfer.id AND own_party.part = 'own'
LEFT JOIN party_of AS host_party ON host_party.id = transfer.id AND host_party.part = 'host'
