"""Relations that read a list of the check that names them stand in front of its query."""

from __future__ import annotations

from evenhand import relations
from evenhand.judge import check


def test_a_query_gets_what_it_names_and_what_that_needs() -> None:
    said = relations.whole("-- why\nWITH one AS (SELECT 1 AS a)\nSELECT * FROM product_scope, one")
    scope, asked = said.index("product_scope AS ("), said.index("scope_asked AS (")
    assert said.startswith("WITH scope_asked AS (")
    assert asked < scope < said.index("one AS (SELECT 1")


def test_names_of_its_own_words_in_texts_and_comments_are_left_alone() -> None:
    for sql in (
        "SELECT * FROM product_market",
        "-- product_scope\nSELECT 'product_scope' AS a FROM product",
        "WITH product_scope AS (SELECT product FROM product) SELECT * FROM product_scope",
    ):
        assert relations.whole(sql) == sql


def test_every_relation_is_read() -> None:
    shipped = [check.load(n) for n in check.names()]
    texts = [sql for one in shipped for sql in (one.sql, one.evidence_sql) if sql is not None]
    read = set().union(*map(relations.named, texts))
    read |= set().union(*(relations.reads(n) for n in read & relations.every().keys()))
    assert relations.every().keys() | relations.with_lists().keys() <= read
