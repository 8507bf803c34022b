WITH rule AS (
  SELECT
    (SELECT count(*) > 0 FROM p_places WHERE value = 'importer_state') AS importer_counts,
    (SELECT count(*) > 0 FROM p_places WHERE value = 'stored_in') AS storage_counts,
    (SELECT count(*) > 0 FROM p_places WHERE value = 'accessed_from') AS access_counts,
    (SELECT count(*) > 0 FROM p_accepts WHERE value = 'adequacy') AS takes_adequacy,
    (SELECT count(*) > 0 FROM p_accepts WHERE value = 'safeguards') AS takes_safeguards,
    (SELECT count(*) > 0 FROM p_accepts WHERE value = 'exceptions') AS takes_exceptions,
    (SELECT count(*) > 0 FROM p_unless WHERE value = 'adequacy') AS adequacy_frees,
    (SELECT count(*) > 0 FROM p_unless WHERE value = 'safeguards') AS safeguards_free,
    (SELECT count(*) > 0 FROM p_claims) AS claims_some,
    (SELECT count(*) > 0 FROM p_claims WHERE value = 'adequacy') AS claims_adequacy,
    (SELECT count(*) > 0 FROM p_claims WHERE value = 'consent') AS claims_consent,
    (SELECT count(*) > 0 FROM p_exceptions WHERE value = 'consent') AS consent_excepts,
    (SELECT count(*) > 0 FROM p_decisions) AS decides,
    (SELECT count(*) > 0 FROM complete_table WHERE name = 'agreement') AS agreements_complete
),
named AS (
  SELECT code, on_day, name, sovereign, within, sure FROM transfer_name
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
  FROM named
  JOIN agreement ON agreement.state_b = named.name
  JOIN p_decisions ON p_decisions.value = agreement.agreement
  WHERE agreement.type = 'adequacy'
),
ruled AS (
  -- what the decisions say of a place on a day, of a recipient about whom nothing is said
  SELECT
    code, on_day,
    CASE
      WHEN bool_or(whole AND in_force) THEN TRUE
      WHEN bool_or(in_force IS NULL OR in_force) THEN NULL
      ELSE FALSE
    END AS covers
  FROM ruling
  GROUP BY code, on_day
),
bounded AS (
  SELECT
    named.code, named.on_day,
    CASE
      WHEN bool_or(named.within AND p_area.value IS NOT NULL) THEN TRUE
      WHEN bool_or(named.within IS NULL AND p_area.value IS NOT NULL) THEN NULL
      WHEN min(named.sovereign) IS NOT NULL OR bool_or(p_area.value IS NOT NULL) THEN FALSE
    END AS inside
  FROM named
  LEFT JOIN p_area ON p_area.value = named.name
  GROUP BY named.code, named.on_day
),
spot AS (
  SELECT
    bounded.code, bounded.on_day, bounded.inside,
    CASE WHEN ruled.code IS NULL THEN FALSE ELSE ruled.covers END AS covers,
    -- where no decision covers: none is known to, or none at hand does
    CASE
      WHEN NOT rule.decides THEN FALSE
      WHEN bounded.on_day IS NULL OR bounded.code IN (SELECT value FROM p_untold) THEN NULL
      WHEN rule.agreements_complete
        OR CAST($decisions_known_from AS DATE) <= bounded.on_day THEN FALSE
    END AS otherwise
  FROM bounded
  CROSS JOIN rule
  LEFT JOIN ruled ON ruled.code = bounded.code AND ruled.on_day IS NOT DISTINCT FROM bounded.on_day
),
cover AS (
  SELECT id, word, so FROM transfer_standing WHERE about = 'covered'
),
aim AS (
  SELECT side.id, side.part, side.code, side.on_day
  FROM transfer_side AS side
  JOIN p_places ON p_places.value = side.part
  WHERE side.id IN (SELECT id FROM cover)
),
decided AS (
  -- the same of recipients about whom something is said
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
  -- each mechanism that this law knows, once
  SELECT mechanism, max(safeguard) = 1 AS safeguard, max(exception) = 1 AS exception
  FROM (
    SELECT 'adequacy' AS mechanism, 0 AS safeguard, 0 AS exception
    UNION ALL
    SELECT 'none' AS mechanism, 0 AS safeguard, 0 AS exception
    UNION ALL
    SELECT mechanism, 1 AS safeguard, 0 AS exception FROM tool
    UNION ALL
    SELECT lower(value) AS mechanism, 0 AS safeguard, 1 AS exception FROM p_exceptions
  ) AS one
  GROUP BY mechanism
),
paper AS (
  SELECT DISTINCT mechanism, mechanism_version, mechanism_on, on_day
  FROM transfer
  WHERE lower(trim(mechanism)) IN (SELECT mechanism FROM tool)
),
edition AS (
  SELECT
    paper.mechanism, paper.mechanism_version, paper.mechanism_on, paper.on_day,
    tool.edition = '' OR strpos(lower(paper.mechanism_version), tool.edition) > 0 AS fits,
    CASE
      WHEN paper.on_day < tool.begins OR tool.ends <= paper.on_day THEN FALSE
      WHEN paper.on_day < paper.mechanism_on THEN FALSE
      WHEN tool.closes <= paper.mechanism_on THEN FALSE
      WHEN tool.closes <= paper.on_day AND paper.mechanism_on IS NULL THEN NULL
      WHEN paper.on_day IS NOT NULL THEN TRUE
    END AS serves
  FROM paper
  JOIN tool ON tool.mechanism = lower(trim(paper.mechanism))
),
safeguard AS (
  SELECT
    mechanism, mechanism_version, mechanism_on, on_day,
    CASE
      WHEN bool_or(fits AND serves) THEN TRUE
      -- a version that fits no edition named here is not known to be none
      WHEN NOT bool_or(COALESCE(fits, TRUE)) THEN NULL
      WHEN bool_or((fits AND serves) IS NULL) THEN NULL
      ELSE FALSE
    END AS serves
  FROM edition
  GROUP BY mechanism, mechanism_version, mechanism_on, on_day
),
laid AS (
  -- one row for each transfer, with all that was looked up beside it
  SELECT
    transfer.id, transfer.transfer, transfer.on_day, lower(trim(transfer.mechanism)) AS mechanism,
    transfer.data_class, transfer.sent_by_person, transfer.separate_importer, transfer.consent,
    transfer.necessary, transfer.repetitive, transfer.approved, transfer.assessment,
    transfer.protection_upheld,
    CASE WHEN standing.id IS NOT NULL THEN standing.so WHEN home.inside THEN TRUE END AS bound,
    (rule.importer_counts AND NOT importer.inside)
      OR (rule.storage_counts AND NOT storage.inside)
      OR (rule.access_counts AND NOT access.inside) AS abroad,
    rule.importer_counts, rule.storage_counts, rule.access_counts,
    importer.inside AS importer_inside, storage.inside AS storage_inside,
    access.inside AS access_inside,
    CASE
      WHEN found_1.id IS NULL THEN importer.covers ELSE found_1.covers
    END AS importer_covers,
    CASE WHEN found_2.id IS NULL THEN storage.covers ELSE found_2.covers END AS storage_covers,
    CASE WHEN found_3.id IS NULL THEN access.covers ELSE found_3.covers END AS access_covers,
    importer.otherwise AS importer_otherwise, storage.otherwise AS storage_otherwise,
    access.otherwise AS access_otherwise,
    word.mechanism IS NOT NULL AS known_word, word.safeguard AS by_safeguard,
    word.exception AS by_exception, safeguard.serves
  FROM transfer
  CROSS JOIN rule
  LEFT JOIN spot AS home ON home.code = transfer.exporter_state
    AND home.on_day IS NOT DISTINCT FROM transfer.on_day
  LEFT JOIN spot AS importer ON importer.code = transfer.importer_state
    AND importer.on_day IS NOT DISTINCT FROM transfer.on_day
  LEFT JOIN spot AS storage ON storage.code = transfer.stored_in
    AND storage.on_day IS NOT DISTINCT FROM transfer.on_day
  LEFT JOIN spot AS access ON access.code = transfer.accessed_from
    AND access.on_day IS NOT DISTINCT FROM transfer.on_day
  LEFT JOIN found AS found_1 ON found_1.id = transfer.id AND found_1.part = 'importer_state'
  LEFT JOIN found AS found_2 ON found_2.id = transfer.id AND found_2.part = 'stored_in'
  LEFT JOIN found AS found_3 ON found_3.id = transfer.id AND found_3.part = 'accessed_from'
  LEFT JOIN transfer_bound AS standing ON standing.id = transfer.id
  LEFT JOIN word ON word.mechanism = lower(trim(transfer.mechanism))
  LEFT JOIN safeguard ON safeguard.mechanism = transfer.mechanism
    AND safeguard.mechanism_version IS NOT DISTINCT FROM transfer.mechanism_version
    AND safeguard.mechanism_on IS NOT DISTINCT FROM transfer.mechanism_on
    AND safeguard.on_day IS NOT DISTINCT FROM transfer.on_day
),
weighed AS (
  SELECT
    laid.id, laid.transfer, laid.on_day, laid.mechanism, laid.data_class, laid.consent,
    laid.bound, laid.abroad, laid.known_word,
    CASE
      WHEN laid.sent_by_person THEN FALSE
      WHEN $importer = 'any' THEN TRUE
      ELSE laid.separate_importer
    END AS handed_over,
    -- every place abroad has to be covered
    (NOT laid.importer_counts OR laid.importer_inside OR CASE
      WHEN laid.importer_covers THEN TRUE WHEN NOT laid.importer_covers THEN laid.importer_otherwise
    END)
      AND (NOT laid.storage_counts OR laid.storage_inside OR CASE
        WHEN laid.storage_covers THEN TRUE WHEN NOT laid.storage_covers THEN laid.storage_otherwise
      END)
      AND (NOT laid.access_counts OR laid.access_inside OR CASE
        WHEN laid.access_covers THEN TRUE WHEN NOT laid.access_covers THEN laid.access_otherwise
      END) AS adequate,
    CASE
      WHEN laid.by_safeguard THEN laid.serves WHEN laid.known_word THEN FALSE
    END AS edition_in_force,
    CASE
      WHEN laid.mechanism IN (SELECT lower(value) FROM p_approval) THEN laid.approved
      WHEN laid.mechanism IS NOT NULL THEN TRUE
    END AS approved,
    CASE
      WHEN NOT laid.protection_upheld THEN FALSE
      WHEN CAST($assessment_from AS DATE) IS NULL
        OR laid.on_day < CAST($assessment_from AS DATE) THEN TRUE
      WHEN laid.on_day IS NOT NULL THEN COALESCE(laid.assessment, laid.protection_upheld)
    END AS assessed,
    -- consent to this transfer is a ground by itself, whatever else the transfer names
    CASE
      WHEN rule.consent_excepts AND laid.consent THEN TRUE
      WHEN laid.by_exception AND laid.mechanism = 'consent' THEN laid.consent
      WHEN laid.by_exception THEN laid.necessary
      WHEN laid.known_word THEN FALSE
    END AS excepted,
    CASE
      WHEN laid.by_exception AND NOT COALESCE(rule.consent_excepts AND laid.consent, FALSE)
        THEN laid.mechanism
      WHEN rule.consent_excepts THEN 'consent'
    END AS exception,
    laid.repetitive
  FROM laid
  CROSS JOIN rule
)
SELECT
  'transfer:' || weighed.transfer AS subject,
  weighed.on_day AS on_day,
  weighed.id AS fact,
  CASE
    WHEN lower(weighed.data_class) IN (SELECT lower(value) FROM p_data) THEN TRUE
    WHEN lower(weighed.data_class) IN ('none', 'non-personal') THEN FALSE
  END AS personal,
  weighed.bound AS bound,
  weighed.abroad AS abroad,
  weighed.handed_over AS handed_over,
  CASE
    WHEN NOT rule.claims_some
      OR weighed.mechanism IN (SELECT lower(value) FROM p_claims) THEN TRUE
    WHEN rule.claims_consent AND weighed.consent THEN TRUE
    WHEN rule.claims_adequacy AND weighed.adequate THEN TRUE
    WHEN weighed.known_word THEN FALSE
  END AS claimed,
  (rule.adequacy_frees AND weighed.adequate)
    OR (
      rule.safeguards_free AND weighed.edition_in_force AND weighed.approved AND weighed.assessed
    ) AS freed,
  rule.takes_adequacy AND weighed.adequate AS adequate,
  rule.takes_safeguards AND weighed.edition_in_force AS edition_in_force,
  weighed.approved AS approved,
  weighed.assessed AS assessed,
  rule.takes_exceptions AND weighed.excepted AS excepted,
  CASE
    WHEN weighed.exception IS NULL THEN NULL
    WHEN weighed.exception IN (SELECT lower(value) FROM p_occasional) THEN NOT weighed.repetitive
    ELSE TRUE
  END AS occasional_enough
FROM weighed
CROSS JOIN rule
