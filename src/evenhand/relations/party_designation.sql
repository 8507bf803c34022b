-- Names that parties go by, beside the names on lists. `same`: the same name, or one of the two goes
-- without a legal form; otherwise the two are only near: other legal forms, one within the other,
-- one letter off. `near` names decide nothing.
WITH called AS (
  SELECT id, party AS name FROM party WHERE COALESCE(party, '') <> ''
  UNION
  SELECT id, parent AS name FROM party WHERE COALESCE(parent, '') <> ''
  UNION
  SELECT id, product AS name FROM party WHERE COALESCE(product, '') <> ''
  UNION
  SELECT party.id, product.name
  FROM party JOIN product ON product.product = party.product
  WHERE COALESCE(product.name, '') <> ''
),
entry AS (
  SELECT id, list, listed_on, listed_until, entity AS name
  FROM designation WHERE COALESCE(entity, '') <> ''
  UNION ALL
  SELECT id, list, listed_on, listed_until, UNNEST(aliases) AS name FROM designation
),
word AS (
  SELECT name FROM called
  UNION
  SELECT name FROM entry WHERE COALESCE(name, '') <> ''
),
tidy AS (
  SELECT
    name,
    replace(replace(replace(replace(
      ' ' || trim(regexp_replace(
        replace(lower(name), '.', ''), '[-,;:()&/''"!?|%_（），、 ]+', ' ', 'g'
      )) || ' ',
      ' limited ', ' ltd '), ' incorporated ', ' inc '), ' corporation ', ' corp '),
      ' company ', ' co ') AS full_name
  FROM word
),
cut AS (
  -- only forms that are nothing but a legal form are cut off
  SELECT
    name, full_name,
    CASE
      WHEN full_name LIKE '% co ltd ' THEN 'co ltd'
      WHEN full_name LIKE '% pte ltd ' THEN 'pte ltd'
      WHEN full_name LIKE '% pty ltd ' THEN 'pty ltd'
      WHEN full_name LIKE '% pvt ltd ' THEN 'pvt ltd'
      WHEN full_name LIKE '% ltd ' THEN 'ltd'
      WHEN full_name LIKE '% inc ' THEN 'inc'
      WHEN full_name LIKE '% corp ' THEN 'corp'
      WHEN full_name LIKE '% llc ' THEN 'llc'
      WHEN full_name LIKE '% plc ' THEN 'plc'
      WHEN full_name LIKE '% gmbh ' THEN 'gmbh'
      ELSE ''
    END AS legal_form
  FROM tidy
),
stem AS (
  SELECT
    name, full_name, legal_form,
    CASE
      WHEN legal_form = '' THEN full_name
      ELSE left(full_name, length(full_name) - length(legal_form) - 1)
    END AS base
  FROM cut
),
tight AS (
  SELECT name, full_name, legal_form, base, replace(base, ' ', '') AS letters
  FROM stem WHERE trim(base) <> ''
)
SELECT
  called.id, mine.name, entry.id AS entry, entry.list, entry.listed_on, entry.listed_until,
  mine.full_name = theirs.full_name
    OR (mine.base = theirs.base AND (mine.legal_form = '' OR theirs.legal_form = '')) AS same
FROM entry
JOIN tight AS theirs ON theirs.name = entry.name
JOIN tight AS mine ON contains(mine.base, theirs.base)
  OR contains(theirs.base, mine.base)
  OR (
    contains(mine.letters, theirs.letters)
    AND (length(theirs.letters) >= 4 OR upper(theirs.letters) = theirs.letters)
  )
  OR (
    contains(theirs.letters, mine.letters)
    AND (length(mine.letters) >= 4 OR upper(mine.letters) = mine.letters)
  )
  OR (
    length(mine.letters) >= 5 AND length(theirs.letters) >= 5
    AND levenshtein(mine.letters, theirs.letters) <= 1
  )
JOIN called ON called.name = mine.name
