"""Portable SQL: what a check may say so that every engine understands the same by it.

An allow-list of syntax, since a translation can change a meaning without a word. What is on it
was compared between DuckDB and Spark; the rest is refused before any engine sees it.

Spec: docs/decisions/0013-many-machines.md; sqlglot's DuckDB dialect.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime
from typing import Any

from evenhand import facts

# Classes of sqlglot's tree by name, since it is not loaded before a check has to be parsed.
NODES = frozenset(
    re.findall(
        r"\w+",
        """Select From Join Where Group Having Subquery Union With CTE Except Intersect Table
        TableAlias Alias Column Identifier Star Literal Null Boolean Placeholder Var DataType Cast
        And Or Not Paren Is In Exists Between Case If Coalesce Nullif
        EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Add Sub Mul Neg Abs DateDiff
        Count Min Max Sum LogicalOr LogicalAnd Distinct
        Window WindowSpec RowNumber Order Ordered Explode
        DPipe Concat Lower Upper Trim Length Replace Contains StartsWith EndsWith
        Left Right Substring SplitPart StrPosition Like RegexpLike RegexpReplace Levenshtein
        Greatest Least""",
    )
)
TYPES = frozenset({"TEXT", "VARCHAR", "INT", "BIGINT", "BOOLEAN", "DATE"})
UNPATTERNED = "a pattern must be written out, of letters, [classes], ( ), |, ^, $, *, + and ?"


def refusal(node: Any) -> str | None:
    """Why a part of a query may not stand in a check, in words to its author; None where it may."""
    name = type(node).__name__
    if name not in NODES:
        return f"{_said(node)} may not stand in a check"
    rule = _RULES.get(name)
    return rule(node) if rule is not None else None


def _said(node: Any) -> str:
    from sqlglot import exp

    if isinstance(node, exp.Func):
        return f"the function {node.name if isinstance(node, exp.Anonymous) else node.sql_name()}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def _constant(node: Any, kind: str) -> Any:
    """The value of a literal (`text` or `number`); None where it is none."""
    from sqlglot import exp

    if not isinstance(node, exp.Literal) or node.is_string != (kind == "text"):
        return None
    return node.this


def _substring(node: Any) -> str | None:
    start = _constant(node.args.get("start"), "number")
    return None if start and int(start) >= 1 else "substr counts from 1, written as a number"


def _split_part(node: Any) -> str | None:
    index = _constant(node.args.get("part_index"), "number")
    if _constant(node.args.get("delimiter"), "text") and index and int(index) >= 1:
        return None
    return "split_part wants its separator and its number (from 1) written out"


def _date_diff(node: Any) -> str | None:
    unit = node.args.get("unit")
    known = unit is not None and unit.name.upper() in ("SECOND", "DAY", "MONTH")
    return None if known else "date_diff counts seconds, days or months"


def _cast(node: Any) -> str | None:
    from sqlglot import exp

    kind = node.to.this.name
    if kind != "DATE" and (why := _worded(node)) is not None:
        return why
    if kind not in TYPES:
        return f"CAST to {node.to.sql()} may not stand in a check"
    if kind == "DATE" and isinstance(node.this, exp.Literal):
        return None if re.fullmatch(r"\d{4}-\d\d-\d\d", node.this.this) else "a day is YYYY-MM-DD"
    return None


def _worded(node: Any) -> str | None:
    """Engines write moments and fractions in other words, and round to another whole number."""
    from sqlglot import exp

    named = {c.name for c in node.find_all(exp.Column)} & _written_differently()
    if not named or isinstance(node.parent, type(node)):
        return None
    return f"{min(named)} is no text and no whole number, and not every engine makes the same of it"


@functools.cache
def _written_differently() -> frozenset[str]:
    kinds = (float, datetime)
    return frozenset(c for t in facts.tables().values() for c, k in t.types.items() if k in kinds)


def _pattern(node: Any) -> str | None:
    text = _constant(node.expression, "text")
    return None if text is not None and plain(text) else UNPATTERNED


def _replacement(node: Any) -> str | None:
    text = _constant(node.expression, "text") or ""
    at_an_end = (text.startswith("^") or text.endswith("$")) and "|" not in text
    if _constant(node.args.get("modifiers"), "text") != "g" and not at_an_end:
        return "regexp_replace replaces all that fits: give it 'g', or tie it to an end by ^ or $"
    new = _constant(node.args.get("replacement"), "text")
    if new is None or "\\" in new or "$" in new:
        return "regexp_replace puts in a text that is written out, without \\ and $"
    return _pattern(node)


def _trim(node: Any) -> str | None:
    bare = node.args.get("expression") is None and not node.args.get("position")
    return None if bare else "trim takes spaces off both ends, and nothing else"


def _distinct(node: Any) -> str | None:
    if node.args.get("on") is not None:
        return "DISTINCT ON may not stand in a check"
    many = node.parent is not None and node.parent.key == "count" and len(node.expressions) != 1
    return "DISTINCT counts one column" if many else None


def _ends(node: Any) -> str | None:
    return "UNION BY NAME may not stand in a check" if node.args.get("by_name") else None


def _star(node: Any) -> str | None:
    more = any(node.args.get(k) for k in ("except", "except_", "replace", "rename"))
    return "* with EXCLUDE or REPLACE may not stand in a check" if more else None


def _like(node: Any) -> str | None:
    return None if _constant(node.expression, "text") is not None else "LIKE wants its text written"


def _length(node: Any) -> str | None:
    return None if not node.args.get("binary") else "length counts letters, not bytes"


_RULES = {
    "Substring": _substring,
    "SplitPart": _split_part,
    "DateDiff": _date_diff,
    "Cast": _cast,
    "DPipe": _worded,
    "Concat": _worded,
    "RegexpLike": _pattern,
    "RegexpReplace": _replacement,
    "Trim": _trim,
    "Distinct": _distinct,
    "Union": _ends,
    "Star": _star,
    "Like": _like,
    "Length": _length,
}


@functools.cache
def plain(pattern: str) -> bool:
    """Whether every engine reads this regular expression alike: no escapes, no counted or
    possessive repeats, no groups with an extra meaning, no class within a class.
    """
    inside, before = False, ""
    for letter in pattern:
        if inside:
            if letter in "[\\" or (letter == "&" and before == "&"):
                return False
            if letter == "]" and before in "[^":
                return False
            inside = letter != "]"
        else:
            if letter in "\\.{}" or (letter in "*+?" and before in ("", *"*+?(|^")):
                return False
            inside = letter == "["
        before = letter
    return not inside
