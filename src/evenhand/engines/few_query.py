"""Queries for a few rows: DuckDB's SQL as SQLite's, with the same meaning.

What has another meaning there is said in other words, or by functions of our own; what may mix
kinds of values has been refused before, for SQLite would not notice.

Spec: SQLite 3.39 and later, SQL as understood by it; docs/decisions/0011-judging-at-scale.md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.engines import kind
from evenhand.engines.kind import NotCarried, kind_of, worked_out
from evenhand.engines.translation import Names, rename_tables

# Classes of sqlglot's tree → our functions, given the parts so named.
CALLS = {
    "Lower": ("dk_lower", "this"),
    "Upper": ("dk_upper", "this"),
    "Trim": ("dk_trim", "this"),
    "Length": ("dk_length", "this"),
    "Left": ("dk_left", "this", "expression"),
    "Right": ("dk_right", "this", "expression"),
    "SplitPart": ("dk_split_part", "this", "delimiter", "part_index"),
    "Levenshtein": ("dk_levenshtein", "this", "expression"),
    "RegexpLike": ("dk_matches", "this", "expression"),
    "StartsWith": ("dk_starts", "this", "expression"),
    "EndsWith": ("dk_ends", "this", "expression"),
    "Contains": ("dk_contains", "this", "expression"),
    "StrPosition": ("dk_place", "this", "substr"),
    "Add": ("dk_add", "this", "expression"),
    "Sub": ("dk_sub", "this", "expression"),
    "Mul": ("dk_mul", "this", "expression"),
    "LogicalOr": ("max", "this"),
    "LogicalAnd": ("min", "this"),
}
MANY = {"Concat": "dk_concat", "Greatest": "dk_greatest", "Least": "dk_least"}
UNITS = {"DAY": "dk_days", "MONTH": "dk_months", "SECOND": "dk_seconds"}
CARRIED = 256  # queries that are kept
MARK = (
    "\ue000"  # around the name of a table: of Unicode's private letters, which no law is written in
)


@dataclass(frozen=True)
class Query:
    """A query carried over: its text, and between its parts the names of tables."""

    parts: tuple[str, ...]  # text, table, text, …, text
    kinds: tuple[str, ...]  # of its columns

    def sql(self, table: Callable[[str], str]) -> str:
        """Its text, with the names that tables have in SQLite."""
        return "".join(table(p) if n % 2 else p for n, p in enumerate(self.parts))


def carried(query: str, values: Mapping[str, Any], lists: frozenset[str]) -> Query:
    """The query for SQLite; `$name` stands in it as `:name`. Raises NotCarried."""
    kinds = tuple(
        (name, None if value is None else type(value)) for name, value in sorted(values.items())
    )
    return _carried(query, kinds, lists)


@functools.lru_cache(maxsize=CARRIED)
def _carried(
    query: str, kinds: tuple[tuple[str, type | None], ...], lists: frozenset[str]
) -> Query:
    if MARK in query:
        raise NotCarried("a letter of private use")
    values = {name: of() if of is not None else None for name, of in kinds}
    tree = worked_out(query, values, lists)
    columns = tuple(kind_of(e) for e in tree.selects)
    _unnest(tree)
    for node in reversed(list(tree.walk(bfs=False))):
        told = _said(node)
        if told is not node:
            told.type = node.type
            node.replace(told)
    rename_tables(tree, Names(lambda _, name: f"{MARK}{name}{MARK}", lambda *_: ()))
    text = tree.sql(dialect="sqlite", identify=True, comments=False)
    return Query(tuple(text.split(MARK)), columns)


def _unnest(tree: Any) -> None:
    """UNNEST in the columns of a SELECT as a table beside the others, one row an element."""
    from sqlglot import exp

    for number, explode in enumerate(list(tree.find_all(exp.Explode))):
        select, column = explode.parent_select, explode.this
        more = [e for e in select.find_all(exp.Explode) if e.parent_select is select]
        if len(more) > 1 or select.args.get("group") or not isinstance(column, exp.Column):
            raise NotCarried("UNNEST of more than one column")
        name = exp.to_identifier(f"unnest_{number}")
        rows = exp.Anonymous(this="json_each", expressions=[column.copy()])
        made = exp.Table(this=rows, alias=exp.TableAlias(this=name))
        select.append("joins", exp.Join(this=made, kind="CROSS"))
        explode.replace(exp.column("value", table=name.copy()))


def _said(node: Any) -> Any:
    """A node as SQLite has to be told it."""
    from sqlglot import exp

    name = type(node).__name__
    if name in CALLS:
        function, *parts = CALLS[name]
        return _call(function, *(node.args[p] for p in parts))
    if name in MANY:
        first = [node.this] if isinstance(node.this, exp.Expression) else []
        return _call(MANY[name], *first, *node.expressions)
    match node:
        case exp.NullSafeEQ():
            return _same(node)
        case exp.NullSafeNEQ():
            return exp.Paren(this=exp.Not(this=_same(node)))
        case exp.DateDiff():
            return _call(UNITS[node.args["unit"].name.upper()], node.this, node.expression)
        case exp.RegexpReplace():
            every = node.args.get("modifiers") is not None
            function = "dk_replaced" if every else "dk_replaced_once"
            return _call(function, node.this, node.expression, node.args["replacement"])
        case exp.Cast():
            return _cast(node)
    _refuse(node)
    return node


def _refuse(node: Any) -> None:
    """Raises NotCarried where SQLite would take a part for something else."""
    from sqlglot import exp

    match node:
        case exp.Unnest() | exp.Tuple():
            raise NotCarried(f"{type(node).__name__} has no like in SQLite")
        case exp.Column() if not node.table and not _ordered_by(node):
            # an unknown name in quotes is a text to SQLite
            raise NotCarried(f"{node.name}: of which table it is is not known")
        case exp.SetOperation() if isinstance(node.right.unnest(), exp.SetOperation):
            raise NotCarried("UNION, EXCEPT and INTERSECT within each other")
        case exp.Intersect() if isinstance(node.left.unnest(), exp.SetOperation):
            raise NotCarried("UNION, EXCEPT and INTERSECT within each other")
        case exp.Substring() if not _plain_length(node.args.get("length")):
            raise NotCarried("substr with a length that is not written out")


def _ordered_by(column: Any) -> bool:
    """Whether it is a column of a query's own, which puts its rows in order."""
    from sqlglot import exp

    ordered, select = column.parent, column.parent_select
    return (
        isinstance(ordered, exp.Ordered)
        and ordered.parent is select.args.get("order")
        and column.name in select.named_selects
    )


def _plain_length(length: Any) -> bool:
    from sqlglot import exp

    return length is None or (isinstance(length, exp.Literal) and not length.is_string)


def _call(name: str, *parts: Any) -> Any:
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[p.copy() for p in parts])


def _same(node: Any) -> Any:
    from sqlglot import exp

    one, other = (exp.Paren(this=p.copy()) for p in (node.this, node.expression))
    return exp.Paren(this=exp.Is(this=one, expression=other))


def _cast(node: Any) -> Any:
    """Kinds are known and kept: only what becomes another value is worked out."""
    from sqlglot import exp

    if isinstance(node.this, exp.Placeholder):
        return exp.Placeholder(this=node.this.name)
    match kind_of(node.this), kind_of(node):
        case kind.TEXT, kind.DAY:
            return _call("dk_day", node.this)
        case kind.TEXT, kind.WHOLE:
            return _call("dk_number", node.this)
        case kind.MOMENT, kind.DAY:
            return _call("dk_day_of", node.this)
        case kind.WHOLE, kind.TEXT:
            return exp.Cast(this=node.this.copy(), to=exp.DataType.build("TEXT"))
    return exp.Paren(this=node.this.copy())
