"""Lineage: which fact tables each condition of a check is computed from, told by its SQL.

Spec: sqlglot's DuckDB dialect; DESIGN (explain: the rows that conditions were computed from).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from evenhand import facts, relations
from evenhand.judge.statement import through_relations


@functools.cache
def tables_of(sql: str, column: str) -> frozenset[str]:
    """The fact tables that a column of this query comes from; none where that cannot be told."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="duckdb")
    parts = {c.alias: c.this for c in tree.find_all(exp.CTE)}
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting: list[tuple[Any, str]] = [(tree, column)]
    while waiting:
        query, name = waiting.pop()
        for source, inner in _sources(query, name):
            if source not in parts:
                found.add(source)
            elif (source, inner) not in seen:
                seen.add((source, inner))
                waiting.append((parts[source], inner))
    known = set(facts.tables()) | set(relations.every())
    return frozenset(through_relations(found & known))


def _sources(query: Any, column: str) -> Iterator[tuple[str, str]]:
    """(table or part, its column) that a column of a query, or of any half of a union, names."""
    from sqlglot import exp

    if isinstance(query, exp.Subquery):
        yield from _sources(query.this, column)
    elif isinstance(query, exp.SetOperation):
        names = [p.alias_or_name for p in _first(query).expressions]
        for half in (query.left, query.right):
            there = _first(half).expressions
            place = names.index(column) if column in names else -1
            named = there[place].alias_or_name if 0 <= place < len(there) else column
            yield from _sources(half, named)
    elif isinstance(query, exp.Select):
        yield from _of_select(query, column)


def _first(query: Any) -> Any:
    from sqlglot import exp

    while isinstance(query, exp.SetOperation | exp.Subquery):
        query = query.this
    return query


def _of_select(select: Any, column: str) -> Iterator[tuple[str, str]]:
    from sqlglot import exp

    joined = [
        select.args.get("from_") or select.args.get("from"),
        *(select.args.get("joins") or ()),
    ]
    sources = {s.this.alias_or_name: s.this for s in joined if s is not None}
    chosen = [p for p in select.expressions if p.alias_or_name == column]
    star = any(p.is_star for p in select.expressions)
    wanted: list[tuple[Any, str]] = []
    if not chosen and star:
        wanted = [(source, column) for source in sources.values()]
    for one in (c for p in chosen for c in p.find_all(exp.Column)):
        if one.table in sources:
            wanted.append((sources[one.table], one.name))
        elif one.find_ancestor(exp.Select) is select:  # whose it is is not said: any
            wanted += [(source, one.name) for source in sources.values()]
    for inner in (t for p in chosen for q in p.find_all(exp.Query) for t in _tables(q)):
        yield inner, column  # a look-up within the column's own words
    for source, name in wanted:
        if isinstance(source, exp.Table):
            yield source.name, name
        else:
            yield from _sources(source, name)


def _tables(query: Any) -> Iterator[str]:
    from sqlglot import exp

    yield from (t.name for t in query.find_all(exp.Table))
