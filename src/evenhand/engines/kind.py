"""Kinds of values: what each part of a query gives is worked out, and what mixes them is refused.

An engine without types of its own compares a text with a number without a word. So a query is
carried over to it only where all that is compared, joined and chosen between is of one kind.

Spec: docs/decisions/0011-judging-at-scale.md (A single question); sqlglot's annotate_types.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from evenhand import facts, relations
from evenhand.engines import portable
from evenhand.errors import EvenhandError

TEXT, WHOLE, FRACTION, TRUTH = "text", "whole number", "fraction", "truth"
DAY, MOMENT, LIST, NOTHING = "day", "moment", "list", "nothing"
_NAMES = {
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR"), TEXT),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "HUGEINT"), WHOLE),
    **dict.fromkeys(("FLOAT", "DOUBLE"), FRACTION),
    **{"BOOLEAN": TRUTH, "DATE": DAY, "TIMESTAMPTZ": MOMENT, "ARRAY": LIST, "LIST": LIST},
    "NULL": NOTHING,
}
_STORED = {
    **{str: "TEXT", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", date: "DATE"},
    **{datetime: "TIMESTAMPTZ", list: "TEXT[]", dict: "MAP(TEXT, BIGINT)"},
}
_TEXTS = frozenset(
    {
        *("Lower", "Upper", "Trim", "Length", "Replace", "Contains", "StartsWith", "EndsWith"),
        *("SplitPart", "StrPosition", "Like", "RegexpLike", "RegexpReplace", "Levenshtein"),
        *("DPipe", "Concat"),
    }
)
_TRUTHS = frozenset({"And", "Or", "Not", "Where", "Having", "LogicalOr", "LogicalAnd"})
_CASTS = {(TEXT, DAY), (TEXT, WHOLE), (MOMENT, DAY), (DAY, TEXT), (WHOLE, TEXT), (TRUTH, WHOLE)}
# What sqlglot does not know, or not in every place.
_UNKNOWN = ("Left", "Right", "Replace", "RegexpReplace", "SplitPart")
_GIVES = {"Null": "NULL", **dict.fromkeys(_UNKNOWN, "TEXT")}


class NotCarried(EvenhandError):
    """A query that cannot be carried over to another engine; the message says what in it."""


def kind_of(node: Any) -> str:
    """The kind of what a part of a worked-out query gives."""
    name = node.type.this.name if node.type is not None else "UNKNOWN"
    kind = _NAMES.get(name)
    if kind is None:
        raise NotCarried(f"{node.sql(dialect='duckdb')[:80]}: of what kind it is is not known")
    return kind


def worked_out(query: str, values: Mapping[str, Any], lists: Iterable[str]) -> Any:
    """The tree of a query in DuckDB's SQL, every column with its table and every part with its
    kind; `values` are those of its `$name`, `lists` the names of its list parameters.

    Raises NotCarried where it says what is not portable, or mixes kinds.
    """
    from sqlglot import errors

    listed = {f"p_{name}": {"value": "TEXT"} for name in lists}
    try:
        tree = _annotated(query, values, {**_schema(), **listed})
        for node in tree.walk():
            _refuse(node)
    except (errors.SqlglotError, RecursionError) as error:
        raise NotCarried(str(error).splitlines()[0]) from error
    return tree


@functools.cache
def _schema() -> dict[str, dict[str, str]]:
    """Tables and relations: column → its type."""
    schema = {t.name: {c: _STORED[t.types[c]] for c in t.columns} for t in facts.tables().values()}
    for name, sql in relations.every().items():
        tree = _annotated(sql, {}, schema)
        schema[name] = {e.alias_or_name: e.type.sql(dialect="duckdb") for e in tree.selects}
    return schema


def _annotated(query: str, values: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    import sqlglot
    from sqlglot.optimizer.annotate_types import annotate_types
    from sqlglot.optimizer.qualify import qualify

    tree = sqlglot.parse_one(query, dialect="duckdb")
    for node in list(tree.walk()):
        if (why := portable.refusal(node)) is not None:
            raise NotCarried(why)
    for node in reversed(list(tree.walk(bfs=False))):
        told = _told(node, values)
        if told is not node:
            node.replace(told)
    tree = qualify(
        tree, dialect="duckdb", schema=dict(schema), identify=False, expand_alias_refs=False
    )
    tree = annotate_types(tree, schema=dict(schema), dialect="duckdb")
    for node in tree.walk():
        if (gives := _GIVES.get(type(node).__name__)) is not None:
            node.type = gives
    return tree


def _told(node: Any, values: Mapping[str, Any]) -> Any:
    """A part with its kind said, where sqlglot does not know it."""
    from sqlglot import exp

    match node:
        case exp.Placeholder() | exp.Parameter():
            value = values[node.name]
            if value is None:
                return exp.Null()
            kind = "BIGINT" if isinstance(value, int) else "TEXT"
            return exp.cast(exp.Placeholder(this=node.name), kind, copy=False)
        case _ if type(node).__name__ in _UNKNOWN:
            return exp.Cast(this=node.copy(), to=exp.DataType.build("TEXT"))
    return node


def _refuse(node: Any) -> None:
    """Raises NotCarried where a part mixes kinds, or is of one that it may not be."""
    from sqlglot import exp

    name = type(node).__name__
    if name in _TEXTS:
        _only(_operands(node), {TEXT}, node)
    elif name in _TRUTHS:
        _only(_operands(node), {TRUTH}, node)
    match node:
        case exp.EQ() | exp.NEQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
            _alike(node.left, node.right)
        case exp.NullSafeEQ() | exp.NullSafeNEQ():
            _alike(node.left, node.right)
        case exp.In():
            query = node.args.get("query")
            _alike(node.this, *node.expressions, *(query.unnest().selects if query else ()))
        case exp.Between():
            _alike(node.this, node.args["low"], node.args["high"])
        case exp.Case():
            _alike(*(i.args["true"] for i in node.args["ifs"]), node.args.get("default"))
            asked = [i.this for i in node.args["ifs"]]
            if node.this is not None:
                _alike(node.this, *asked)
            else:
                _only(asked, {TRUTH}, node)
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            _alike(node.this, *node.expressions)
        case exp.Nullif():
            _alike(node.this, node.expression)
        case exp.Join() if node.args.get("on") is not None:
            _only([node.args["on"]], {TRUTH}, node)
        case exp.SetOperation():
            sides: list[Any] = [node.left.unnest(), node.right.unnest()]
            for pair in zip(*(side.selects for side in sides), strict=False):
                _alike(*pair)
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Neg() | exp.Abs():
            # a fraction may be multiplied: nothing is rounded on the way
            _only(_operands(node), {WHOLE, FRACTION} if name == "Mul" else {WHOLE}, node)
        case exp.Min() | exp.Max():
            _alike(node.this)
        case exp.Sum():
            _only([node.this], {WHOLE}, node)
        case exp.DateDiff():
            _only([node.this, node.expression], {DAY, MOMENT}, node)
        case exp.Cast() if not isinstance(node.this, exp.Placeholder):
            pair_of = kind_of(node.this), kind_of(node)
            if pair_of[0] not in (NOTHING, pair_of[1]) and pair_of not in _CASTS:
                raise NotCarried(f"CAST of a {pair_of[0]} to a {pair_of[1]}")


def _operands(node: Any) -> list[Any]:
    """What a function or an operator is given, without what it holds for its own use."""
    from sqlglot import exp

    every = [*(v for v in node.args.values() if isinstance(v, exp.Expression)), *node.expressions]
    own = {"part_index", "unit", "modifiers"}
    kept = [p for p in every if p.arg_key not in own]
    return [p for p in kept if not isinstance(p, exp.Star | exp.Distinct | exp.Var)]


def _alike(*parts: Any) -> None:
    """Raises NotCarried where parts are of different kinds."""
    kinds = {kind_of(p) for p in parts if p is not None} - {NOTHING}
    if LIST in kinds:
        raise NotCarried(f"lists are not compared: {parts[0].parent.sql()[:80]}")
    if kinds == {WHOLE, FRACTION}:
        return
    if len(kinds) > 1:
        raise NotCarried(f"a {' beside a '.join(sorted(kinds))}: {parts[0].parent.sql()[:80]}")


def _only(parts: Iterable[Any], kinds: set[str], node: Any) -> None:
    for part in parts:
        found = kind_of(part)
        if found not in kinds and found != NOTHING:
            raise NotCarried(
                f"a {found}, where a {' or '.join(sorted(kinds))} is wanted: "
                f"{node.sql(dialect='duckdb')[:80]}"
            )
