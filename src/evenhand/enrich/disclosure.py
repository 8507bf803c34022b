"""Enrichment: findings that a document of the same product announces by name.

Conservative: the very name that a finding turns on (an option, a host, an account, a port, a path,
a variable) must stand in a sentence about the matter that the finding is of; a likeness is none.
A way in counts as *documented* only where the document also says how to turn it off or limit it;
otherwise the sentence is on record as a declaration and the question stays open. What is only
stated, without a name, discloses nothing in particular.

Spec: docs/reference/facts.md (hidden_access.disclosure, disclosure).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEEDS = (
    "announced",
    "behaviour",
    "declaration",
    "hidden_access",
    "occurrence",
    "product_artefact",
)
MAKES = ("disclosure",)

# A word of a finding's kind → the matter that a sentence has to be about.
ABOUT = (
    ("account", "account"),
    ("grants rights", "rights"),
    ("removal of protection", "rights"),
    ("secret", "account"),
    ("password", "account"),
    ("debug", "debugging"),
    ("debug", "remote access"),
    ("console", "debugging"),
    ("remote", "remote access"),
    ("listen", "remote access"),
    ("shell", "remote access"),
    ("option", "debugging"),
    ("option", "remote access"),
    ("command", "commands"),
    ("sends", "data sent"),
    ("usage", "data sent"),
    ("telemetry", "data sent"),
    ("download", "update"),
    ("update", "update"),
    ("persist", "schedule"),
    ("persist", "account"),
    ("schedule", "schedule"),
    ("boot", "schedule"),
    ("replaced function", "replaced function"),
)

MAKE = """
INSERT INTO disclosure BY NAME
WITH about AS (
    SELECT unnest($kinds) AS word, unnest($topics) AS topic
), sought AS (
    SELECT id, artefact, product, kind, constant AS said FROM hidden_access WHERE constant <> ''
    UNION ALL
    SELECT id, artefact, NULL, kind, target AS said FROM behaviour WHERE target <> ''
), named AS (
    -- the whole of what a finding turns on, and its parts where it is several words
    SELECT DISTINCT id, artefact, product, kind, lower(said) AS name FROM sought
    UNION
    SELECT DISTINCT id, artefact, product, kind, lower(part) AS name
    FROM sought, unnest(regexp_split_to_array(said, '[\\s,;=|<>():@]+')) AS parts(part)
    WHERE length(part) >= 3
    UNION
    SELECT DISTINCT id, artefact, product, kind,
        lower(regexp_extract(said, '://([^/:?#]+)', 1)) AS name
    FROM sought WHERE contains(said, '://')
), owned AS (
    SELECT DISTINCT artefact, product FROM product_artefact WHERE artefact <> ''
), met AS (
    SELECT n.id AS finding, a.name, a.path, a.locator, a.controllable, a.sentence, a.artefact,
        a.grade,
        row_number() OVER (
            PARTITION BY n.id ORDER BY COALESCE(a.controllable, FALSE) DESC, a.path, a.id
        ) AS place
    FROM named AS n
    JOIN about ON contains(lower(n.kind), about.word)
    -- the product that a row names itself, else those that its file belongs to
    LEFT JOIN owned AS own ON n.product IS NULL AND own.artefact = n.artefact
    JOIN owned AS other ON other.product = COALESCE(n.product, own.product)
    JOIN announced AS a ON a.artefact = other.artefact AND a.topic = about.topic
        AND lower(a.name) = n.name
)
SELECT 'disclosure/disclosure/' || substr(artefact, 8, 12) || '/'
        || (row_number() OVER (PARTITION BY artefact ORDER BY finding) - 1) AS id,
    artefact, locator, grade, finding, name, path, controllable, sentence
FROM met WHERE place = 1 ORDER BY finding
"""

MARK = """
UPDATE hidden_access SET disclosure = 'documented', controllable = COALESCE(controllable, TRUE)
WHERE disclosure IS NULL AND controllable IS DISTINCT FROM FALSE
    AND id IN (SELECT finding FROM disclosure WHERE controllable)
"""

# Rights that the product's own document names, whoever has them: a person is not sent there.
LOWER = """
UPDATE {table} SET strength = least(strength, $most) WHERE strength > $most AND kind = $kind
    AND id IN (SELECT finding FROM disclosure)
"""
NAMED = 0.45

DECLARE = """
INSERT INTO declaration BY NAME
SELECT 'declaration/disclosure/' || substr(d.artefact, 8, 12) || '/'
        || (row_number() OVER (PARTITION BY d.artefact ORDER BY d.finding) - 1) AS id,
    d.artefact, d.locator, d.grade, 'access' AS kind, h.constant AS text
FROM disclosure AS d JOIN hidden_access AS h ON h.id = d.finding
ORDER BY d.finding
"""


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write `disclosure`, mark what is documented, declare what is named; uses no list."""
    kinds, topics = [k for k, _ in ABOUT], [t for _, t in ABOUT]
    connection.execute(MAKE, {"kinds": kinds, "topics": topics})
    connection.execute(MARK)
    for table, kind in (
        ("hidden_access", "removal of protection"),
        ("behaviour", "grants rights"),
    ):
        connection.execute(LOWER.format(table=table), {"most": NAMED, "kind": kind})
    connection.execute(DECLARE)
    return []
