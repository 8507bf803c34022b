"""Findings: the facts that have a weight, in the order in which a person should look at them.

A score alone shows nothing: a finding whose effect is not shown reads "not shown, look here". What
is shown stands first, then what nobody disclosed, the weightier first; of equal ones that of the
rarer kind. Where a product has few of them, leads follow: of all that its code does and compares,
and of its accounts, keys and services, what could open most. A lead has no reason but that, so it
is never put before people unasked; it is where somebody begins who reads the product anyway.

Spec: DESIGN (Facts: a score alone never breaks anything).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenhand import facts
from evenhand.engines.duckdb import SCHEMA, fetch
from evenhand.judge.result import NO_REASON, Finding

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 1_000  # findings that a report is given; the rest are counted
FEW = 3  # places that somebody surely reads; findings and leads of a product are at least so many
FAINT = 0.3  # the most that a lead weighs: well below what is put before people
ASIDE = "(?i)(^|/)(docs?|tests?|examples?)/"  # nobody begins to read there

ORDER = """
    ORDER BY shown DESC, disclosure IN ('mandated', 'documented'), strength DESC,
        count(*) OVER (PARTITION BY source, kind), rank, path,
        TRY_CAST(regexp_extract(locator, '\\d+') AS BIGINT), locator, fact
"""


def findings(connection: DuckDBPyConnection, limit: int = MOST) -> tuple[Finding, ...]:
    """The weightiest facts first, no more than `limit` of them."""
    rows = fetch(
        connection,
        "SELECT fact, source, kind, artefact, path, locator, about, strength, shown, disclosure, "
        f"because FROM ({_every()}) {ORDER} LIMIT {limit}",
    )
    return tuple(Finding(*row) for row in rows)


def number(connection: DuckDBPyConnection) -> int:
    """How many findings there are."""
    ((counted,),) = fetch(connection, f"SELECT count(*) FROM ({_every()})")
    return int(counted)


def _every() -> str:
    """Every fact with a weight, of whatever table, in one shape."""
    tables = [t for t in facts.tables().values() if t.weight in t.columns]
    every = " UNION ALL ".join(_one(t) for t in tables)
    # what is told of one place for one reason in two tables is one finding
    same = "PARTITION BY artefact, path, locator, because ORDER BY shown DESC, rank, kind, fact"
    # and of several reasons for one thing at one place the weightiest is told
    again = (
        "PARTITION BY artefact, path, locator, kind, about ORDER BY shown DESC, strength DESC, fact"
    )
    once = (
        f"FROM ({every}) QUALIFY because = '' OR (row_number() OVER ({same}) = 1 "
        f"AND (about IS NULL OR row_number() OVER ({again}) = 1))"
    )
    return f"WITH told AS ({once}) FROM told UNION ALL BY NAME ({_leads()})"


def _leads() -> str:
    """The first facts that could open something, until a product has `FEW` places."""
    tables = [t for t in facts.tables().values() if t.lead]
    every = " UNION ALL ".join(_lead(t) for t in tables)
    own = "CASE WHEN contains(path, '!/') THEN split_part(path, '!/', 1) ELSE '' END"
    first = "strength DESC, alike, path, locator, fact"
    return f"""
        WITH had AS (SELECT {own} AS given, count(*) AS places FROM told GROUP BY ALL),
        could AS (
            SELECT *, {own} AS given, count(*) OVER (PARTITION BY {own}, source, kind) AS alike
            FROM ({every})
            WHERE NOT regexp_matches(path, '{ASIDE}')
                AND (path, locator) NOT IN (SELECT (path, locator) FROM told)
        ),
        place AS (
            FROM could
            QUALIFY row_number() OVER (PARTITION BY given, path, locator ORDER BY {first}) = 1
        )
        SELECT place.* EXCLUDE (given, alike) FROM place LEFT JOIN had USING (given)
        QUALIFY row_number() OVER (PARTITION BY given ORDER BY {first}) + COALESCE(places, 0)
            <= {FEW}
    """


def _lead(table: facts.Table) -> str:
    kind = "kind" if "kind" in table.columns else f"'{table.name}'"
    about = "name" if "name" in table.columns else table.compare[-1]
    return (
        f"SELECT id AS fact, '{table.name}' AS source, {table.rank} AS rank, {kind} AS kind, "
        f"artefact, path, COALESCE(locator, '') AS locator, COALESCE({about}, '') AS about, "
        f"CAST({FAINT} * ({table.lead}) AS DOUBLE) AS strength, "
        f"FALSE AS shown, '' AS disclosure, '{NO_REASON}' AS because "
        f"FROM {SCHEMA}.{table.name} WHERE ({table.lead}) > 0"
    )


def _one(table: facts.Table) -> str:
    def text(*names: str) -> str:
        there = [f"{n}" for n in names if n in table.columns]
        return f"COALESCE({', '.join([*there, chr(39) * 2])})"

    shown = "COALESCE(effect_shown, FALSE)" if "effect_shown" in table.columns else "FALSE"
    # a way in is documented by its own column only, which asks for more than a name
    announced = f"CASE WHEN id IN (SELECT finding FROM {SCHEMA}.disclosure) THEN 'documented' END"
    disclosure = "disclosure, ''" if "disclosure" in table.columns else f"{announced}, ''"
    weight = f"COALESCE({table.weight}, CASE WHEN {shown} THEN 1 ELSE 0 END)"
    return (
        f"SELECT id AS fact, '{table.name}' AS source, {table.rank} AS rank, {text('kind')} "
        f"AS kind, {text('artefact')} AS artefact, {text('path', 'product')} AS path, "
        f"{text('locator')} AS locator, {text('constant', 'target')} AS about, "
        f"CAST({weight} AS DOUBLE) AS strength, {shown} AS shown, "
        f"COALESCE({disclosure}) AS disclosure, {text('because')} AS because "
        f"FROM {SCHEMA}.{table.name} WHERE {weight} > 0"
    )
