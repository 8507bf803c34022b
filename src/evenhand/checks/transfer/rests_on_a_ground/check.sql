WITH held AS (
  SELECT
    named.code, named.on_day,
    CASE
      WHEN bool_or(named.within) THEN TRUE
      WHEN bool_or(named.within IS NULL) THEN NULL
      ELSE FALSE
    END AS within
  FROM transfer_name AS named
  JOIN p_area ON p_area.value = named.name
  GROUP BY named.code, named.on_day
),
border AS (
  SELECT
    spot.code, spot.on_day,
    CASE
      WHEN held.code IS NOT NULL THEN held.within
      WHEN land.sovereign IS NOT NULL THEN FALSE
    END AS inside
  FROM (SELECT DISTINCT code, on_day FROM transfer_side WHERE code IS NOT NULL) AS spot
  LEFT JOIN held ON held.code = spot.code AND held.on_day IS NOT DISTINCT FROM spot.on_day
  LEFT JOIN land ON land.territory = spot.code
),
ruling AS (
  SELECT
    named.code, named.on_day,
    lower(agreement.agreement) AS short_name, lower(COALESCE(agreement.scope, '')) AS scope,
    COALESCE(agreement.scope, '') = ''
      OR agreement.scope IN (SELECT value FROM p_whole_scopes) AS whole,
    CASE
      WHEN agreement.in_force_to <= named.on_day
        OR named.on_day < agreement.in_force_from THEN FALSE
      WHEN COALESCE(agreement.in_force_from, agreement.in_force_on) <= named.on_day
        AND named.sure THEN TRUE
    END AS in_force
  FROM transfer_name AS named
  JOIN agreement ON agreement.state_b = named.name
  JOIN p_decisions ON p_decisions.value = agreement.agreement
  WHERE agreement.type = 'adequacy'
),
cover AS (
  SELECT id, word, so FROM transfer_standing WHERE about = 'covered'
),
standing AS (
  SELECT
    said.id,
    CASE
      WHEN count(said.so) = count(*) AND min(said.so) = max(said.so) THEN min(said.so)
    END AS so
  FROM transfer_standing AS said
  JOIN p_law ON lower(p_law.value) = said.word
  WHERE said.about = 'bound'
  GROUP BY said.id
),
aim AS (
  SELECT side.id, side.part, side.code, side.on_day
  FROM transfer_side AS side
  JOIN p_places ON p_places.value = side.part
),
decided AS (
  SELECT
    aim.id, aim.part,
    CASE
      WHEN NOT ruling.in_force OR NOT cover.so THEN FALSE
      WHEN ruling.whole OR cover.so THEN ruling.in_force
    END AS covers
  FROM aim
  JOIN ruling ON ruling.code = aim.code AND ruling.on_day IS NOT DISTINCT FROM aim.on_day
  LEFT JOIN cover ON cover.id = aim.id AND cover.word IN (ruling.short_name, ruling.scope)
),
found AS (
  SELECT
    id, part,
    CASE
      WHEN bool_or(covers) THEN TRUE WHEN bool_or(covers IS NULL) THEN NULL ELSE FALSE
    END AS covers
  FROM decided
  GROUP BY id, part
),
listing AS (
  SELECT count(*) > 0 AS complete FROM complete_table WHERE name = 'agreement'
),
known AS (
  SELECT count(*) > 0 AS decisions FROM p_decisions
),
going AS (
  SELECT
    aim.id, NOT border.inside AS abroad,
    CASE
      WHEN found.id IS NOT NULL AND COALESCE(found.covers, TRUE) THEN found.covers
      WHEN aim.code IS NULL THEN NULL
      WHEN NOT known.decisions THEN FALSE
      WHEN aim.on_day IS NULL OR aim.code IN (SELECT value FROM p_untold) THEN NULL
      WHEN listing.complete OR CAST($decisions_known_from AS DATE) <= aim.on_day THEN FALSE
    END AS adequate
  FROM aim
  LEFT JOIN border ON border.code = aim.code AND border.on_day IS NOT DISTINCT FROM aim.on_day
  LEFT JOIN found ON found.id = aim.id AND found.part = aim.part
  CROSS JOIN listing
  CROSS JOIN known
),
way AS (
  SELECT
    id,
    CASE
      WHEN bool_or(abroad) THEN TRUE WHEN bool_or(abroad IS NULL) THEN NULL ELSE FALSE
    END AS abroad,
    -- every place abroad has to be covered
    CASE
      WHEN bool_or(abroad AND NOT adequate) THEN FALSE
      WHEN bool_or(COALESCE(abroad, TRUE) AND (adequate IS NULL OR NOT adequate)) THEN NULL
      ELSE TRUE
    END AS adequate
  FROM going
  GROUP BY id
),
tool AS (
  SELECT
    lower(trim(split_part(value, '|', 1))) AS mechanism,
    lower(trim(split_part(value, '|', 2))) AS edition,
    CAST(NULLIF(trim(split_part(value, '|', 3)), '') AS DATE) AS begins,
    CAST(NULLIF(trim(split_part(value, '|', 4)), '') AS DATE) AS closes,
    CAST(NULLIF(trim(split_part(value, '|', 5)), '') AS DATE) AS ends
  FROM p_safeguards
),
word AS (
  SELECT 'adequacy' AS mechanism, 'adequacy' AS kind
  UNION
  SELECT 'none' AS mechanism, 'none' AS kind
  UNION
  SELECT mechanism, 'safeguards' AS kind FROM tool
  UNION
  SELECT lower(value) AS mechanism, 'exceptions' AS kind FROM p_exceptions
),
basis AS (
  SELECT
    transfer.id,
    bool_or(word.kind = 'safeguards') AS safeguard,
    bool_or(word.kind = 'exceptions') AS exception
  FROM transfer
  JOIN word ON word.mechanism = lower(trim(transfer.mechanism))
  GROUP BY transfer.id
),
edition AS (
  SELECT
    transfer.id,
    tool.edition = '' OR strpos(lower(transfer.mechanism_version), tool.edition) > 0 AS fits,
    CASE
      WHEN transfer.on_day < tool.begins OR tool.ends <= transfer.on_day THEN FALSE
      WHEN transfer.on_day < transfer.mechanism_on THEN FALSE
      WHEN tool.closes <= transfer.mechanism_on THEN FALSE
      WHEN tool.closes <= transfer.on_day AND transfer.mechanism_on IS NULL THEN NULL
      WHEN transfer.on_day IS NOT NULL THEN TRUE
    END AS serves
  FROM transfer
  JOIN tool ON tool.mechanism = lower(trim(transfer.mechanism))
),
safeguard AS (
  SELECT
    id,
    CASE
      WHEN bool_or(fits AND serves) THEN TRUE
      -- a version that fits no edition named here is not known to be none
      WHEN NOT bool_or(COALESCE(fits, TRUE)) THEN NULL
      WHEN bool_or((fits AND serves) IS NULL) THEN NULL
      ELSE FALSE
    END AS serves
  FROM edition
  GROUP BY id
),
chosen AS (
  -- consent to this transfer is a ground by itself, whatever else the transfer names
  SELECT
    transfer.id,
    CASE
      WHEN COALESCE(basis.exception, FALSE) AND lower(trim(transfer.mechanism)) <> 'consent'
        AND NOT COALESCE(transfer.consent AND allowed.consent, FALSE)
        THEN lower(trim(transfer.mechanism))
      WHEN allowed.consent THEN 'consent'
    END AS exception
  FROM transfer
  CROSS JOIN (
    SELECT count(*) > 0 AS consent FROM p_exceptions WHERE value = 'consent'
  ) AS allowed
  LEFT JOIN basis ON basis.id = transfer.id
),
rule AS (
  SELECT
    (SELECT count(*) > 0 FROM p_accepts WHERE value = 'adequacy') AS takes_adequacy,
    (SELECT count(*) > 0 FROM p_accepts WHERE value = 'safeguards') AS takes_safeguards,
    (SELECT count(*) > 0 FROM p_accepts WHERE value = 'exceptions') AS takes_exceptions,
    (SELECT count(*) > 0 FROM p_unless WHERE value = 'adequacy') AS adequacy_frees,
    (SELECT count(*) > 0 FROM p_unless WHERE value = 'safeguards') AS safeguards_free,
    (SELECT count(*) > 0 FROM p_claims) AS claims_some,
    (SELECT count(*) > 0 FROM p_claims WHERE value = 'adequacy') AS claims_adequacy,
    (SELECT count(*) > 0 FROM p_claims WHERE value = 'consent') AS claims_consent
),
fact AS (
  SELECT
    transfer.id,
    lower(trim(transfer.mechanism)) IN (SELECT lower(value) FROM p_claims) AS in_claims,
    basis.id IS NOT NULL AS in_words,
    way.abroad, way.adequate,
    CASE
      WHEN basis.safeguard THEN safeguard.serves WHEN basis.id IS NOT NULL THEN FALSE
    END AS edition_in_force,
    CASE
      WHEN lower(trim(transfer.mechanism)) IN (SELECT lower(value) FROM p_approval)
        THEN transfer.approved
      WHEN transfer.mechanism IS NOT NULL THEN TRUE
    END AS approved,
    CASE
      WHEN NOT transfer.protection_upheld THEN FALSE
      WHEN CAST($assessment_from AS DATE) IS NULL
        OR transfer.on_day < CAST($assessment_from AS DATE) THEN TRUE
      WHEN transfer.on_day IS NOT NULL
        THEN COALESCE(transfer.assessment, transfer.protection_upheld)
    END AS assessed,
    CASE
      WHEN chosen.exception = 'consent' AND transfer.consent THEN TRUE
      WHEN basis.exception AND chosen.exception = 'consent' THEN transfer.consent
      WHEN basis.exception THEN transfer.necessary
      WHEN basis.id IS NOT NULL THEN FALSE
    END AS excepted,
    CASE
      WHEN chosen.exception IS NULL THEN NULL
      WHEN chosen.exception IN (SELECT lower(value) FROM p_occasional)
        THEN NOT transfer.repetitive
      ELSE TRUE
    END AS occasional_enough
  FROM transfer
  JOIN chosen ON chosen.id = transfer.id
  LEFT JOIN way ON way.id = transfer.id
  LEFT JOIN basis ON basis.id = transfer.id
  LEFT JOIN safeguard ON safeguard.id = transfer.id
)
SELECT
  'transfer:' || transfer.transfer AS subject,
  transfer.on_day AS on_day,
  transfer.id AS fact,
  CASE
    WHEN lower(transfer.data_class) IN (SELECT lower(value) FROM p_data) THEN TRUE
    WHEN lower(transfer.data_class) IN ('none', 'non-personal') THEN FALSE
  END AS personal,
  CASE
    WHEN standing.id IS NOT NULL THEN standing.so WHEN home.inside THEN TRUE
  END AS bound,
  fact.abroad AS abroad,
  CASE
    WHEN transfer.sent_by_person THEN FALSE
    WHEN $importer = 'any' THEN TRUE
    ELSE transfer.separate_importer
  END AS handed_over,
  CASE
    WHEN NOT rule.claims_some OR fact.in_claims THEN TRUE
    WHEN rule.claims_consent AND transfer.consent THEN TRUE
    WHEN rule.claims_adequacy AND fact.adequate THEN TRUE
    WHEN fact.in_words THEN FALSE
  END AS claimed,
  (rule.adequacy_frees AND fact.adequate)
    OR (rule.safeguards_free AND fact.edition_in_force AND fact.approved AND fact.assessed)
    AS freed,
  rule.takes_adequacy AND fact.adequate AS adequate,
  rule.takes_safeguards AND fact.edition_in_force AS edition_in_force,
  fact.approved AS approved,
  fact.assessed AS assessed,
  rule.takes_exceptions AND fact.excepted AS excepted,
  fact.occasional_enough AS occasional_enough
FROM transfer
JOIN fact ON fact.id = transfer.id
CROSS JOIN rule
LEFT JOIN standing ON standing.id = transfer.id
LEFT JOIN border AS home ON home.code = transfer.exporter_state
  AND home.on_day IS NOT DISTINCT FROM transfer.on_day
