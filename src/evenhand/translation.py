"""Translation: cells of an inventory, a column at a time, into the column of a fact table.

Each distinct cell is translated once. What cannot be translated becomes NULL and is told; nothing
is guessed.

Spec: docs/decisions/0014-inventories.md; ISO 3166-1 alpha-2; ISO 8601.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand import documents
from evenhand.facts import tables
from evenhand.mapping import Rule, code_pattern

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN_CHARACTERS = 40
NONE = type(None)
ARROW_KINDS = (NONE, str, float, int, bool, date, datetime)
# Blanks that `written` takes out: around, in runs, and all but U+0020 (Unicode's White_Space).
UNTIDY = (
    r"^ | $|  |[\x00-\x1f\x7f-\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
WHOLE = r"^[+-]?[0-9]{1,18}$"
ROLES_OF_CODES = re.compile(r"[A-Z]{2}")


class Unread(NamedTuple):
    """A cell that holds no value, and why: an error, or a formula that was never computed."""

    why: str


class Wrong(NamedTuple):
    """A cell that cannot be translated, and why."""

    why: str


class Encoded(NamedTuple):
    """A column as its distinct values and, for each row, the number of its value."""

    values: Any  # an Arrow array where all are of one type, else a list
    numbers: pa.Array

    def listed(self) -> list[Any]:
        """The distinct values as Python has them."""
        return self.values if isinstance(self.values, list) else self.values.to_pylist()

    def take(self, rows: pa.Array) -> Encoded:
        """The column at these rows."""
        return Encoded(self.values, self.numbers.take(rows))


def encode(column: Any) -> Encoded:
    """Distinct values of a list of cells, or of an Arrow array."""
    import pyarrow as pa

    if isinstance(column, Sequence) and len({*map(type, column)} - {NONE}) <= 1:
        kind = next((type(c) for c in column if c is not None), NONE)
        if kind in ARROW_KINDS:
            with contextlib.suppress(pa.ArrowException, OverflowError):
                column = pa.array(column)
    if isinstance(column, pa.Array):
        found = column.dictionary_encode(null_encoding="encode")
        return Encoded(found.dictionary, found.indices)
    seen: dict[tuple[type, Any], int] = {}
    numbers = [seen.setdefault((cell.__class__, cell), len(seen)) for cell in column]
    return Encoded([cell for _, cell in seen], pa.array(numbers, pa.int32()))


def is_text(values: Any) -> bool:
    """True for an Arrow array of texts."""
    import pyarrow as pa

    return isinstance(values, pa.Array) and pa.types.is_string(values.type)


def texts(values: pa.Array, empty: Iterable[str]) -> pa.Array:
    """Texts as `written`, those that stand for nothing as NULL."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.match_substring_regex(values, UNTIDY)).as_py():
        values = pa.array([None if v is None else written(v) for v in values.to_pylist()])
        values = values.cast(pa.string())
    nothing = pc.is_in(values, pa.array(["", *sorted(empty)], pa.string()))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), values)


def shown(value: Any) -> str:
    """A cell as it is shown in a message."""
    text = written(value)
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…")


def written(value: Any) -> str:
    """A cell as the text that it is compared by; blanks around and runs of them do not count."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, tuple | list):
        return "|".join(written(v) for v in value)
    return str(value)


@dataclass(frozen=True)
class Words:
    """What holds for every column: words that stand for nothing, and names of territories."""

    empty: frozenset[str]
    states: Mapping[str, str]  # name without case → code


class Column:
    """Translates the cells of one fact column."""

    def __init__(self, table: str, column: str, rule: Rule, words: Words) -> None:
        shape = tables()[table]
        self.name, self.rule, self.words = column, rule, words
        self.kind: type = shape.types[column]
        self.type = shape.schema().field(column).type
        self.default: Any = shape.row._field_defaults.get(column)  # what a row has that is silent
        pattern = code_pattern(shape, column) if column in shape.roles else None
        self._code = re.compile(pattern) if pattern else None

    def constant(self, count: int) -> pa.Array:
        """The constant, once for each row."""
        import pyarrow as pa

        return pa.array([self.rule.constant], self.type).take(pa.array([0] * count, pa.int32()))

    def translate(self, cells: Encoded) -> tuple[pa.Array, list[tuple[int, str]]]:
        """The fact column, and (number of a distinct value, what is wrong with it)."""
        import pyarrow as pa

        fast = self._at_once(cells.values) if isinstance(cells.values, pa.Array) else None
        if fast is not None:
            return fast.take(cells.numbers), []
        made = [self.cell(value) for value in cells.listed()]
        wrong = [(n, m.why) for n, m in enumerate(made) if isinstance(m, Wrong)]
        for number, _ in wrong:
            made[number] = None
        if not made:
            return pa.nulls(len(cells.numbers), self.type), []
        return pa.array(made, self.type).take(cells.numbers), wrong

    def _at_once(self, values: pa.Array) -> pa.Array | None:
        """All values in one step where that is the same as one by one, else None."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rule = self.rule
        special = rule.values is not None or rule.state or self._code or self.kind is list
        if special or self.default is not None or rule.times != "1":
            return None
        try:
            if is_text(values):
                if self.kind is str:
                    return texts(values, self.words.empty)
                if self.kind is int and not rule.thousands and rule.decimal == ".":
                    said = texts(values, self.words.empty)
                    if pc.all(pc.match_substring_regex(said, WHOLE)).as_py() is not False:
                        return said.cast(self.type)
            elif self.kind is int and not pa.types.is_boolean(values.type):
                return values.cast(self.type) if not self.words.empty else None
        except pa.ArrowException:
            return None  # one by one it is told which
        return None

    def cell(self, value: Any) -> Any:
        """One cell as the type of its column, or `Wrong`; an empty one says nothing."""
        if isinstance(value, Unread):
            return Wrong(value.why)
        text = "" if value is None else written(value)
        if not text or text in self.words.empty:
            return self.default
        if self.kind is list:
            return self._list(text if isinstance(value, str) else value)
        if self.rule.values is not None and text in self.rule.values:
            return self.rule.values[text]
        if self.rule.state:
            return self._state(text)
        if self.rule.values is not None:
            return Wrong(f"{shown(value)} is not among the values that the mapping translates")
        return self._plain(value, text)

    def _state(self, text: str) -> Any:
        code = self.words.states.get(text.casefold())
        if code is not None:
            return code
        if ROLES_OF_CODES.fullmatch(text) and text in self.words.states.values():
            return text
        return Wrong(f"{shown(text)} is not the name of a territory in the list, nor a code")

    def _list(self, value: Any) -> Any:
        """The parts of a cell; one that cannot be translated makes the whole cell unknown."""
        if not isinstance(value, str):
            parts: Iterable[str] = [written(v) for v in value] if _many(value) else [written(value)]
        else:
            parts = value.split(self.rule.split) if self.rule.split else [value]
        parts = [p for p in (" ".join(part.split()) for part in parts) if p]
        values = self.rule.values
        if values is None:
            return list(parts)
        unknown = [p for p in parts if p not in values]
        if unknown:
            return Wrong(f"{shown(unknown[0])} is not among the values that the mapping translates")
        return [v for p in parts for v in (values[p] or [])]

    def _plain(self, value: Any, text: str) -> Any:
        try:
            if self.kind is bool:
                return value if isinstance(value, bool) else documents.cast(text, bool)
            if self.kind in (int, float):
                return self._number(value, text)
            if self.kind is datetime:
                return self._time(value, text)
            if self.kind is date:
                return self._day(value, text)
        except ValueError as error:
            return Wrong(str(error))
        if self._code is not None and not self._code.fullmatch(text):
            return Wrong(f"{shown(text)} is no ISO 3166-1 alpha-2 code (for names say `as: state`)")
        return text

    def _number(self, value: Any, text: str) -> int | float:
        """A number in units of its column; a number cell is taken as it is."""
        if isinstance(value, bool | date | time):
            raise ValueError(f"{shown(value)} is no number")
        if isinstance(value, str):
            text = text.replace(self.rule.thousands, "") if self.rule.thousands else text
            if self.rule.decimal != ".":
                if "." in text:
                    raise ValueError(f"{shown(value)} is no number with {self.rule.decimal!r}")
                text = text.replace(self.rule.decimal, ".")
        try:
            if not re.fullmatch(r"[+-]?[\d.]+(?:[eE][+-]?\d{1,3})?", text):
                raise InvalidOperation
            number = Decimal(text) * Decimal(self.rule.times)
        except InvalidOperation:
            raise ValueError(f"{shown(value)} is no number") from None
        if self.kind is float:
            return float(number)
        if number != number.to_integral_value() or abs(number) >= 1 << 63:
            raise ValueError(f"{shown(value)} is no whole number that fits")
        return int(number)

    def _day(self, value: Any, text: str) -> date:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, str) and self.rule.format is not None:
            return self._parsed(text).date()
        return documents.cast(text, date)  # type: ignore[no-any-return]

    def _time(self, value: Any, text: str) -> datetime:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, date):
            found = datetime.combine(value, time())
        elif isinstance(value, str) and self.rule.format is not None:
            found = self._parsed(text)
        else:
            found = documents.cast(text, datetime)
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def _parsed(self, text: str) -> datetime:
        try:
            return datetime.strptime(text, self.rule.format or "")
        except ValueError:
            raise ValueError(f"{shown(text)} is not as {self.rule.format}") from None


def _many(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
