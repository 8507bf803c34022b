"""Queries as Spark is told them."""

from __future__ import annotations

import pytest

from evenhand.engines.translation import SPACES, Letters, Names, translate

NAMES = Names(lambda schema, name: f"{schema}__{name}", lambda schema, name: ["a", "b"])


def told(query: str, **values: object) -> str:
    return translate(query, values, NAMES, Letters(("Σ", "σ"), True, ("a", "A"))).replace("`", "")


@pytest.mark.parametrize(
    ("query", "spark"),
    [
        ("SELECT * FROM base.t", "SELECT t.a, t.b FROM base__t AS t"),
        ("SELECT * REPLACE (1 AS b) FROM base.t", "SELECT t.a, 1 AS b FROM base__t AS t"),
        (
            "SELECT d.* REPLACE (n.c AS b) FROM (base.t AS d CROSS JOIN (SELECT c FROM u) AS n)",
            "SELECT d.a, n.c AS b FROM (base__t AS d CROSS JOIN (SELECT c FROM __u AS u) AS n)",
        ),
        (
            "SELECT a, b FROM base.t UNION ALL BY NAME SELECT b FROM base.u",
            "SELECT a, b FROM base__t AS t UNION ALL SELECT NULL AS a, b FROM base__u AS u",
        ),
        (
            "WITH t AS (SELECT a FROM t) SELECT a FROM t",
            "WITH t AS (SELECT a FROM __t AS t) SELECT a FROM t",
        ),
        (
            "SELECT a FROM (WITH x AS (SELECT 1 AS a) SELECT a FROM x) AS y",
            "SELECT a FROM (WITH x AS (SELECT 1 AS a) SELECT a FROM x) AS y",
        ),
        (
            "SELECT b, lower(UNNEST(a)) AS c FROM t WHERE b",
            "SELECT b, LOWER(TRANSLATE(unnest_1.element_1, 'Σ', 'σ')) AS c FROM __t AS t "
            "LATERAL VIEW EXPLODE(a) unnest_1 AS element_1 WHERE b",
        ),
        ("SELECT regexp_matches(a, '[$]$') FROM t", r"SELECT a RLIKE '[$]\\z' FROM __t AS t"),
        (
            "SELECT a FROM t WHERE a IN (SELECT b FROM u) AND (b OR b IN (SELECT b FROM u))",
            "SELECT a FROM __t AS t WHERE a IN (SELECT b FROM __u AS u) "
            "AND (b OR b IN (SELECT b FROM __u AS u))",
        ),
        (
            "SELECT a IN (SELECT b FROM u) AS c FROM t",
            "SELECT CASE WHEN (SELECT COUNT(*) FROM (SELECT b FROM __u AS u) AS asked(v) "
            "WHERE TRUE) = 0 THEN FALSE WHEN a IS NULL THEN NULL "
            "WHEN a IN (SELECT b FROM __u AS u) THEN TRUE "
            "WHEN (SELECT COUNT(*) FROM (SELECT b FROM __u AS u) AS asked(v) "
            "WHERE v IS NULL) > 0 THEN NULL ELSE FALSE END AS c FROM __t AS t",
        ),
        (
            "SELECT trim(lower(a)) FROM t WHERE lower(trim(a)) LIKE 'x%'",
            "SELECT TRIM('SPACES' FROM LOWER(TRANSLATE(a, 'Σ', 'σ'))) FROM __t AS t WHERE "
            "LOWER(TRANSLATE(TRIM('SPACES' FROM a), 'Σ', 'σ')) LIKE 'x%' ESCAPE '\\001'",
        ),
        ("SELECT upper(a) FROM t", "SELECT TRANSLATE(a, 'a', 'A') FROM __t AS t"),
        ("SELECT a FROM read_parquet('/x/t.parquet')", "SELECT a FROM file__/x/t.parquet"),
    ],
)
def test_what_spark_is_told(query: str, spark: str) -> None:
    assert told(query).replace(SPACES, "SPACES") == spark


def test_values_are_written_out_and_cannot_break_out() -> None:
    assert told("SELECT $a, $b, $c", a=r"x'\ --", b=3, c=None) == r"SELECT 'x\'\\ --', 3, NULL"
