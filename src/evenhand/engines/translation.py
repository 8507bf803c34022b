"""Translation: a query in DuckDB's SQL as Spark's, with the same meaning.

sqlglot carries the syntax over; here stands what it would carry over with another meaning. What
neither can translate is not on the allow-list of `portable`.

Spec: Spark SQL reference (ANSI mode); docs/decisions/0013-many-machines.md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Unicode's space separators (Zs): all that DuckDB's trim takes off; Spark's takes U+0020 alone.
SPACES = " \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
NEVER = "\x01"  # LIKE has an escape in Spark and none in DuckDB: one that no text holds


@dataclass(frozen=True)
class Names:
    """What names stand for: given (schema or "", name)."""

    table: Callable[[str, str], str]  # the name of the table in Spark
    columns: Callable[[str, str], Sequence[str]]  # its columns, for `*`


@dataclass(frozen=True)
class Letters:
    """Letters of which DuckDB makes others than Java does, and what it makes of them."""

    lower: tuple[str, str] = ("", "")  # to be exchanged for lower case
    lower_after: bool = True  # by Java's own lower after that; else the exchange is all
    upper: tuple[str, str] = ("", "")  # all that DuckDB's upper changes


def translate(query: str, values: Mapping[str, Any], names: Names, letters: Letters) -> str:
    """The query for Spark; single values (`$name`) stand in it as literals."""
    import sqlglot

    tree = sqlglot.parse_one(query, dialect="duckdb")
    _expand_stars(tree, names)
    rename_tables(tree, names)
    # what lies deeper first: what replaces a node holds what its parts have become
    for node in reversed(list(tree.walk(bfs=False))):
        told = _said(node, values, letters)
        if told is not node:
            node.replace(told)
    _unnest(tree)
    return str(_generator()(dialect="spark", identify=True, comments=False).generate(tree))


@functools.cache
def _generator() -> Any:
    """Spark's generator, but every WITH stays where it stands: at the top, names would collide."""
    from sqlglot.dialects.spark import Spark

    parent: Any = Spark.Generator
    return type("Nested", (parent,), {"EXPRESSIONS_WITHOUT_NESTED_CTES": set()})


def rename_tables(tree: Any, names: Names) -> None:
    from sqlglot import exp

    for table in list(tree.find_all(exp.Table)):
        if isinstance(table.this, exp.ReadParquet):
            path = table.this.expressions[0].name
            table.replace(exp.to_identifier(names.table("file", path)))
        elif isinstance(table.this, exp.Identifier) and (table.db or not _made_in_query(table)):
            # changed where it stands: joins may hang on it
            view = names.table(table.db, table.name)
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias or table.name)))
            table.set("this", exp.to_identifier(view))
            table.set("db", None)


def _made_in_query(table: Any) -> bool:
    """Whether a name means a part of a WITH around it; a part sees those before it alone."""
    inner, around = table, table.parent
    while around is not None:
        for part in getattr(around, "ctes", ()):
            if part is inner:
                break
            if part.alias == table.name:
                return True
        # from a part of a WITH the way goes through the WITH itself
        inner = inner if type(around).__name__ == "With" else around
        around = around.parent
    return False


def _expand_stars(tree: Any, names: Names) -> None:
    """Columns in place of `*` over a table, of `* REPLACE` and of UNION BY NAME: Spark has none."""
    from sqlglot import exp

    for select in tree.find_all(exp.Select):
        select.set(
            "expressions", [e for p in select.expressions for e in _columns(p, select, names)]
        )
    for union in list(tree.find_all(exp.Union)):
        if union.args.get("by_name"):
            _by_name(union)


def _columns(projection: Any, select: Any, names: Names) -> list[Any]:
    from sqlglot import exp

    star = projection.this if isinstance(projection, exp.Column) else projection
    source = select.args.get("from_") or select.args.get("from")
    table = source.this if source is not None else None
    if isinstance(table, exp.Paren | exp.Subquery):  # DuckDB's catalogue puts joins in brackets
        table = table.this
    if not isinstance(star, exp.Star) or not isinstance(table, exp.Table) or not table.db:
        return [projection]
    changed = {e.alias: e for e in star.args.get("replace") or ()}
    return [
        changed.get(c) or exp.column(c, table=table.alias or table.name)
        for c in names.columns(table.db, table.name)
    ]


def _by_name(union: Any) -> None:
    """Both sides with the columns of both, in the order of the first."""
    from sqlglot import exp

    sides = [union.this.unnest(), union.expression.unnest()]
    named = [{e.alias_or_name: e for e in side.expressions} for side in sides]
    every = list(dict.fromkeys(n for columns in named for n in columns))
    for side, columns in zip(sides, named, strict=True):
        filled = [columns.get(n) or exp.alias_(exp.Null(), n) for n in every]
        side.set("expressions", filled)
    union.set("by_name", False)


def _said(node: Any, values: Mapping[str, Any], letters: Letters) -> Any:
    """A node as Spark has to be told it, so that it means what it means to DuckDB."""
    from sqlglot import exp

    match type(node).__name__:
        case "Placeholder" | "Parameter":
            return exp.convert(values[node.name])
        case "Cast" if node.to.this.name == "ENUM":
            return node.this  # how DuckDB keeps few words, not what they are
        case "Lower" if letters.lower[0]:
            changed = _exchanged(node.this, letters.lower)
            return exp.Lower(this=changed) if letters.lower_after else changed
        case "Upper" if letters.upper[0]:
            return _exchanged(node.this, letters.upper)
        case "Trim":
            return exp.Trim(this=node.this, expression=exp.Literal.string(SPACES))
        case "Like":
            return exp.Escape(this=node.copy(), expression=exp.Literal.string(NEVER))
        case "In" if node.args.get("query") is not None and not _only_filters(node):
            return _in_three_values(node)
        case "RegexpLike" | "RegexpReplace":
            node.set("expression", exp.Literal.string(_end_of_text(node.expression.name)))
        case "Levenshtein":
            return exp.Levenshtein(this=_bytes(node.this), expression=_bytes(node.expression))
        case "Left" | "Right":
            return _cut(node)
        case "DateDiff":
            return _difference(node)
    return node


def _only_filters(node: Any) -> bool:
    """Whether it is all the same if a part is FALSE or not known: only TRUE lets a row through."""
    from sqlglot import exp

    inner: Any = node
    around: Any = node.parent
    while isinstance(around, exp.And | exp.Or | exp.Paren):
        inner, around = around, around.parent
    if isinstance(around, exp.If):
        case: Any = around.parent
        return around.this is inner and case.args.get("this") is None
    return isinstance(around, exp.Where | exp.Having) or (
        isinstance(around, exp.Join) and around.args.get("on") is inner
    )


def _in_three_values(node: Any) -> Any:
    """`x IN (SELECT …)` as SQL has it. Outside a filter Spark says FALSE where it is not known."""
    from sqlglot import exp

    def number(where: str) -> Any:
        rows = exp.Subquery(
            this=node.args["query"].unnest().copy(),
            alias=exp.TableAlias(this=exp.to_identifier("asked"), columns=[exp.to_identifier("v")]),
        )
        found = exp.select(exp.Count(this=exp.Star())).from_(rows).where(where)
        return exp.Paren(this=found)

    def when(condition: Any, value: Any) -> Any:
        return exp.If(this=condition, true=value)

    none = exp.EQ(this=number("TRUE"), expression=exp.Literal.number(0))
    unknown = exp.GT(this=number("v IS NULL"), expression=exp.Literal.number(0))
    ifs = [
        when(none, exp.false()),
        when(exp.Is(this=node.this.copy(), expression=exp.Null()), exp.Null()),
        when(node.copy(), exp.true()),
        when(unknown, exp.Null()),
    ]
    return exp.Case(ifs=ifs, default=exp.false())


def _exchanged(node: Any, letters: tuple[str, str]) -> Any:
    from sqlglot import exp

    return exp.func("translate", node, *(exp.Literal.string(t) for t in letters))


def _end_of_text(pattern: str) -> str:
    """Java's `$` also stands before a line's end at the end."""
    inside, told = False, ""
    for letter in pattern:
        told += r"\z" if letter == "$" and not inside else letter
        inside = letter == "[" or (inside and letter != "]")
    return told


def _bytes(node: Any) -> Any:
    """A text whose letters are the other's bytes: DuckDB's levenshtein counts those."""
    from sqlglot import exp

    encoded = exp.func("encode", node, exp.Literal.string("UTF-8"))
    return exp.func("decode", encoded, exp.Literal.string("ISO-8859-1"))


def _cut(node: Any) -> Any:
    """`left` and `right`: a negative number leaves so many letters out."""
    from sqlglot import exp

    number = node.expression
    if isinstance(number, exp.Literal):
        return node
    rest = exp.Add(this=exp.Length(this=node.this.copy()), expression=exp.Paren(this=number.copy()))
    kept = exp.func("greatest", rest, exp.Literal.number(0))
    long = exp.GTE(this=exp.Paren(this=number.copy()), expression=exp.Literal.number(0))
    short = type(node)(this=node.this, expression=kept)
    return exp.Case(ifs=[exp.If(this=long, true=node.copy())], default=short)


def _difference(node: Any) -> Any:
    """Boundaries crossed, as DuckDB counts them; Spark's units of time count whole ones."""
    from sqlglot import exp

    later, earlier = node.this, node.expression
    match node.args["unit"].name.upper():
        case "DAY":
            days = exp.Anonymous(this="datediff", expressions=[later, earlier])
            return exp.cast(days, "bigint", dialect="spark")
        case "SECOND":
            parts = [exp.Anonymous(this="unix_seconds", expressions=[d]) for d in (later, earlier)]
        case _:
            parts = [_months(later), _months(earlier)]
    return exp.Paren(this=exp.Sub(this=parts[0], expression=parts[1]))


def _months(day: Any) -> Any:
    from sqlglot import exp

    year = exp.Anonymous(this="year", expressions=[day.copy()])
    twelve = exp.Mul(this=year, expression=exp.Literal.number(12))
    month = exp.Anonymous(this="month", expressions=[day.copy()])
    return exp.Paren(this=exp.Add(this=twelve, expression=month))


def _unnest(tree: Any) -> None:
    """UNNEST in the columns of a SELECT as a LATERAL VIEW: Spark takes none within a function."""
    from sqlglot import exp

    number = 0
    for select in tree.find_all(exp.Select):
        for projection in list(select.expressions):
            for explode in list(projection.find_all(exp.Explode)):
                if explode.parent_select is not select:
                    continue
                number += 1
                made, column = f"unnest_{number}", f"element_{number}"
                taken = exp.column(column, table=made)
                if explode is projection:
                    projection.replace(taken)
                else:
                    explode.replace(taken)
                view = exp.Lateral(
                    this=explode.copy(),
                    view=True,
                    alias=exp.TableAlias(
                        this=exp.to_identifier(made), columns=[exp.to_identifier(column)]
                    ),
                )
                select.append("laterals", view)
