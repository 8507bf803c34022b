"""Functions of DuckDB for SQLite: worked out here where all is plain, asked of DuckDB where not.

Plain is a text of ASCII: no year of Unicode and no rule about letters can tell engines apart there.
What is left, and all that has to fail, is asked of DuckDB itself.

Spec: SQLite, application-defined SQL functions; DuckDB, functions of text and date.
"""

from __future__ import annotations

import functools
import re
import sqlite3
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from evenhand.engines.duckdb import fetch
from evenhand.errors import EvenhandError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEPT = 4_096  # answers of DuckDB that are kept
SHORT = 256  # letters of a text up to which they are
LARGEST = 2**63
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


class NotPlain(EvenhandError):
    """What stands here is DuckDB's to answer."""


def register(connection: sqlite3.Connection, engine: DuckDBPyConnection) -> None:
    """Let SQLite call these functions by the names that `few_query` gives them."""

    @functools.lru_cache(maxsize=KEPT)
    def kept(expression: str, *values: Any) -> Any:
        return asked(expression, *values)

    def asked(expression: str, *values: Any) -> Any:
        ((value,),) = fetch(engine, f"SELECT {expression}", dict(zip("abc", values, strict=False)))
        if isinstance(value, date):
            return value.isoformat()
        return int(value) if isinstance(value, bool) else value

    def told(expression: str, function: Callable[..., Any], *values: Any) -> Any:
        if any(v is None for v in values):
            return None
        try:
            if all(not isinstance(v, str) or v.isascii() for v in values):
                return function(*values)
        except NotPlain:
            pass
        short = sum(len(v) for v in values if isinstance(v, str)) <= SHORT
        return (kept if short else asked)(expression, *values)

    for name, (count, expression, function) in FUNCTIONS.items():
        call = functools.partial(told, expression, function)
        connection.create_function(name, count, call, deterministic=True)
    for name, join in (("dk_concat", _concat), ("dk_greatest", _greatest), ("dk_least", _least)):
        connection.create_function(name, -1, join, deterministic=True)


def _concat(*texts: str | None) -> str:
    return "".join(t for t in texts if t is not None)


def _greatest(*values: Any) -> Any:
    return max((v for v in values if v is not None), default=None)


def _least(*values: Any) -> Any:
    return min((v for v in values if v is not None), default=None)


def _day(text: str) -> str:
    if not DAY.fullmatch(text):
        raise NotPlain
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NotPlain from None


def _number(text: str) -> int:
    if not NUMBER.fullmatch(text) or not -(2**31) <= int(text) < 2**31:
        raise NotPlain
    return int(text)


def _left(text: str, number: int) -> str:
    if not 0 <= number < LARGEST:
        raise NotPlain
    return text[:number]


def _right(text: str, number: int) -> str:
    if not 0 <= number < LARGEST:
        raise NotPlain
    return text[max(len(text) - number, 0) :]


def _part(text: str, separator: str, number: int) -> str:
    parts = text.split(separator)
    return parts[number - 1] if number <= len(parts) else ""


def _distance(one: str, other: str) -> int:
    """Levenshtein's, a row of the table at a time."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that `portable` allows; `$` is the end and nothing before it."""
    inside, told = False, ""
    for letter in pattern:
        told += r"\Z" if letter == "$" and not inside else letter
        inside = letter == "[" or (inside and letter != "]")
    return re.compile(told)


def _matches(text: str, pattern: str) -> int:
    return int(_compiled(pattern).search(text) is not None)


def _replaced(text: str, pattern: str, new: str, most: int = 0) -> str:
    found = _compiled(pattern)
    if found.search("") is not None:
        raise NotPlain  # where nothing fits, too, engines do not count alike
    return found.sub(new, text, count=most)


def _replaced_once(text: str, pattern: str, new: str) -> str:
    return _replaced(text, pattern, new, 1)


def _days(later: str, earlier: str) -> int:
    return (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days


def _months(later: str, earlier: str) -> int:
    one, other = date.fromisoformat(later[:10]), date.fromisoformat(earlier[:10])
    return (one.year - other.year) * 12 + one.month - other.month


def _seconds(later: str, earlier: str) -> int:
    one, other = (datetime.fromisoformat(t).replace(microsecond=0) for t in (later, earlier))
    return (one - other) // timedelta(seconds=1)


def _counted(unit: str) -> str:
    return f"date_diff('{unit}', CAST($b AS TIMESTAMP), CAST($a AS TIMESTAMP))"


def _in_range(number: Any) -> Any:
    if isinstance(number, int) and not -LARGEST <= number < LARGEST:
        raise NotPlain
    return number


def _sum(one: Any, other: Any) -> Any:
    return _in_range(one + other)


def _difference(one: Any, other: Any) -> Any:
    return _in_range(one - other)


def _product(one: Any, other: Any) -> Any:
    return _in_range(one * other)


def _trimmed(text: str) -> str:
    return text.strip(" ")


# Name → how many values it is given, what it is to DuckDB, what it is where all is plain.
FUNCTIONS: dict[str, tuple[int, str, Callable[..., Any]]] = {
    "dk_lower": (1, "lower($a)", str.lower),
    "dk_upper": (1, "upper($a)", str.upper),
    "dk_trim": (1, "trim($a)", _trimmed),
    "dk_length": (1, "length($a)", len),
    "dk_left": (2, "left($a, $b)", _left),
    "dk_right": (2, "right($a, $b)", _right),
    "dk_split_part": (3, "split_part($a, $b, $c)", _part),
    "dk_levenshtein": (2, "levenshtein($a, $b)", _distance),
    "dk_matches": (2, "regexp_matches($a, $b)", _matches),
    "dk_replaced": (3, "regexp_replace($a, $b, $c, 'g')", _replaced),
    "dk_replaced_once": (3, "regexp_replace($a, $b, $c)", _replaced_once),
    "dk_starts": (2, "starts_with($a, $b)", lambda a, b: int(a.startswith(b))),
    "dk_ends": (2, "ends_with($a, $b)", lambda a, b: int(a.endswith(b))),
    "dk_contains": (2, "contains($a, $b)", lambda a, b: int(b in a)),
    "dk_place": (2, "strpos($a, $b)", lambda a, b: a.find(b) + 1),
    "dk_day": (1, "CAST($a AS DATE)", _day),
    "dk_number": (1, "CAST($a AS BIGINT)", _number),
    "dk_day_of": (1, "CAST(CAST($a AS TIMESTAMP) AS DATE)", lambda a: a[:10]),
    "dk_days": (2, _counted("day"), _days),
    "dk_months": (2, _counted("month"), _months),
    "dk_seconds": (2, _counted("second"), _seconds),
    "dk_add": (2, "$a + $b", _sum),
    "dk_sub": (2, "$a - $b", _difference),
    "dk_mul": (2, "$a * $b", _product),
}
