"""A mapping: what the columns of somebody's inventory mean, as a file that its owner writes.

    files: "registers/*.xlsx"       # optional; so are sheet, header, encoding, delimiter, query
    sheet: Transfers
    complete: [transfer]
    empty: [n/a, "-"]               # words that stand for nothing
    facts:
      - table: transfer
        only: {Status: [Live]}      # other rows are not meant
        for_each: {column: Countries, split: ";"}
        columns:
          transfer: {columns: [Ref, Countries], join: " / "}
          exporter_state: {constant: XA}
          importer: Recipient       # short for {column: Recipient}
          importer_state: {column: Countries, as: state, values: {Mainland: XB}}
          on_day: {column: Start, format: "%d/%m/%Y"}
          people_high: {column: People, thousands: ",", times: 1000}

An inventory is recognised by the names in its header, never by the place of a column.

Spec: docs/decisions/0014-inventories.md; YAML 1.2 (failsafe schema).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from evenhand import documents
from evenhand.documents import Document, Place
from evenhand.errors import Mistakes
from evenhand.facts import GRADES, SHARED, Table, tables

SUFFIXES = (".map.yaml", ".map.yml")
MAX_BYTES = 1 << 20
KEYS = {
    *("files", "sheet", "header", "encoding", "delimiter", "query"),
    *("empty", "grade", "decision", "complete", "facts"),
}
FACT_KEYS = {"table", "only", "for_each", "columns"}
RULE_KEYS = {
    *("column", "columns", "join", "constant", "values", "as", "format"),
    *("decimal", "thousands", "times", "split"),
}
KINDS_OF_KEY: dict[str, tuple[type, ...]] = {
    "format": (date, datetime),
    "decimal": (int, float),
    "thousands": (int, float),
    "times": (int, float),
    "split": (list,),
}
GIVEN_GRADES = tuple(g for g in GRADES if g != "observed")
# Tables that only the pipeline, enrichment or a reader of its own fills.
NOT_GIVEN = {
    *("artefact", "occurrence", "reading", "destination", "defect"),
    *("column_mapping", "mapped_sheet"),
}


@dataclass(frozen=True)
class Rule:
    """How one fact column is filled from a row."""

    columns: tuple[str, ...] = ()
    join: str = " "
    constant: Any = None
    values: Mapping[str, Any] | None = None
    state: bool = False
    format: str | None = None
    decimal: str = "."
    thousands: str = ""
    times: str = "1"
    split: str | None = None


@dataclass(frozen=True)
class Facts:
    """What one row of an inventory becomes in one fact table."""

    table: str
    rules: Mapping[str, Rule]
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    for_each: tuple[str, str] | None = None  # column, separator

    @property
    def uses(self) -> set[str]:
        """The names of columns that it needs."""
        named = {c for rule in self.rules.values() for c in rule.columns} | set(self.only)
        return named | ({self.for_each[0]} if self.for_each else set())


@dataclass(frozen=True)
class InventoryMapping:
    """A mapping file, every mistake in it ruled out."""

    facts: tuple[Facts, ...]
    files: str | None = None
    sheet: str | None = None
    header: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    query: str | None = None
    empty: frozenset[str] = frozenset()
    grade: str = "declared"
    decision: str | None = None
    complete: tuple[str, ...] = ()

    @property
    def uses(self) -> list[str]:
        """The names of columns that an inventory must have, sorted."""
        return sorted({name for facts in self.facts for name in facts.uses})


def is_mapping(name: str) -> bool:
    """True for the name of a mapping file."""
    return name.lower().endswith(SUFFIXES)


def plain(name: Any) -> str:
    """A name of a column as it is compared: blanks and case do not count."""
    return " ".join(str(name).split()).casefold()


def allowed(table: Any) -> bool:
    """True for tables that an inventory may feed."""
    return table in tables() and table not in NOT_GIVEN


def code_pattern(table: Table, column: str) -> str:
    """What a state column may hold: two capitals; agreements may also name a group."""
    if table.name == "agreement" and table.roles.get(column) == "legal":
        return r"[A-Z][A-Z0-9_+]*"
    return r"[A-Z]{2}"


def parse(text: bytes, name: str) -> InventoryMapping:
    """Parse a mapping; every mistake at once as `Mistakes`, each `name:line: message`."""
    if len(text) > MAX_BYTES:
        raise Mistakes([f"{name}:1: larger than {MAX_BYTES} bytes"])
    try:
        document = documents.parse(text.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise Mistakes([f"{name}:{line}: not UTF-8: save the file as UTF-8"]) from error
    if not isinstance(document.value, dict):
        raise Mistakes([f"{document.at()}: not a mapping of settings"])
    return _Parser(document).mapping()


class _Parser:
    """Goes through a document and collects what is wrong in it."""

    def __init__(self, document: Document) -> None:
        self.document, self.mistakes = document, list[str]()

    def say(self, place: Place, message: str) -> None:
        """Note a mistake."""
        self.mistakes.append(f"{self.document.at(*place)}: {message}")

    def mapping(self) -> InventoryMapping:
        """The whole document; raises its mistakes."""
        said = self.document.value
        self.known((), said, KEYS)
        found = said.get("facts")
        if not isinstance(found, list) or not found:
            self.say(("facts",), "facts is missing: a list of tables, each with its columns")
            found = []
        facts = [self.facts(("facts", n), one) for n, one in enumerate(found)]
        grade = self.text((), said, "grade") or "declared"
        decision = self.text((), said, "decision")
        if grade not in GIVEN_GRADES:
            self.say(("grade",), f"grade {grade} is none of {', '.join(GIVEN_GRADES)}")
        if (grade == "found") != bool(decision):
            self.say(("grade",), "grade found and decision (which one, of whom) go together")
        complete = self.texts(("complete",), said.get("complete") or [])
        fed = {one.table for one in facts}
        for number, table in enumerate(complete):
            if table not in fed:
                self.say(("complete", number), f"{table} is not fed by this mapping")
        given = {k: self.text((), said, k) for k in ("files", "sheet", "query")}
        made = InventoryMapping(
            facts=tuple(facts),
            header=self.number(said, "header"),
            encoding=self.encoding(said),
            delimiter=self.character((), said, "delimiter"),
            empty=frozenset(self.texts(("empty",), said.get("empty") or [])),
            grade=grade,
            decision=decision,
            complete=tuple(complete),
            **given,
        )
        if self.mistakes:
            raise Mistakes(self.mistakes)
        return made

    def known(self, place: Place, value: dict[str, Any], keys: set[str]) -> None:
        """Note keys that are not known."""
        for key in value:
            if key not in keys:
                self.say((*place, key), f"{key} is not known here ({', '.join(sorted(keys))})")

    def text(self, place: Place, value: dict[str, Any], key: str) -> str | None:
        """A single text, None where it is not given."""
        found = value.get(key)
        if found is None or isinstance(found, str):
            return found
        self.say((*place, key), f"{key}: a single text is wanted here")
        return None

    def texts(self, place: Place, value: Any) -> list[str]:
        """A list of texts; one text is a list of one."""
        value = [value] if isinstance(value, str) else value
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.say(place, f"{place[-1]}: a list of texts is wanted here")
        return []

    def character(self, place: Place, value: dict[str, Any], key: str) -> str | None:
        """A single character."""
        found = self.text(place, value, key)
        if found is not None and len(found) != 1:
            self.say((*place, key), f"{key}: a single character is wanted here")
            return None
        return found

    def number(self, value: dict[str, Any], key: str) -> int | None:
        """A row number from 1 on."""
        found = self.text((), value, key)
        if found is None:
            return None
        if not re.fullmatch(r"[1-9]\d{0,6}", found):
            self.say((key,), f"{key}: {found!r} is no number of a row")
            return None
        return int(found)

    def encoding(self, value: dict[str, Any]) -> str | None:
        """An encoding of text that Python knows."""
        found = self.text((), value, "encoding")
        try:
            if found is None or codecs.lookup(found)._is_text_encoding:
                return found
        except LookupError:
            pass
        self.say(("encoding",), f"encoding: {found} is not known (utf-8, cp1252, gb18030, …)")
        return None

    def facts(self, place: Place, value: Any) -> Facts:
        """One entry of `facts`."""
        if not isinstance(value, dict):
            self.say(place, "wanted is {table: …, columns: {…}}")
            return Facts("", {})
        self.known(place, value, FACT_KEYS)
        name = self.text(place, value, "table") or ""
        if not allowed(name):
            given = ", ".join(t for t in tables() if allowed(t))
            self.say((*place, "table"), f"table: {name or 'missing'}: one of {given} is wanted")
            return Facts(name, {})
        columns = value.get("columns")
        if not isinstance(columns, dict):
            self.say((*place, "columns"), "columns is missing: {fact column: column}")
            columns = {}
        table = tables()[name]
        rules = {
            column: self.rule((*place, "columns", column), table, column, rule)
            for column, rule in columns.items()
        }
        for column in table.required:
            if column not in rules:
                self.say((*place, "columns"), f"{name}: {column} is missing")
        return Facts(name, rules, self.only(place, value), self.for_each(place, value))

    def only(self, place: Place, value: dict[str, Any]) -> dict[str, frozenset[str]]:
        """Which rows are meant: column → values."""
        only = value.get("only") or {}
        if not isinstance(only, dict):
            self.say((*place, "only"), "only: wanted is {column: [values]}")
            return {}
        return {
            plain(column): frozenset(self.texts((*place, "only", column), values))
            for column, values in only.items()
        }

    def for_each(self, place: Place, value: dict[str, Any]) -> tuple[str, str] | None:
        """The column whose cells hold several things, each of which is a row."""
        said = value.get("for_each")
        if said is None:
            return None
        if not isinstance(said, dict):
            self.say((*place, "for_each"), "for_each: wanted is {column: …, split: …}")
            return None
        self.known((*place, "for_each"), said, {"column", "split"})
        column = self.text((*place, "for_each"), said, "column")
        split = self.text((*place, "for_each"), said, "split")
        if not column or not split:
            self.say((*place, "for_each"), "for_each: both column and split are needed")
            return None
        return plain(column), split

    def rule(self, place: Place, table: Table, column: str, value: Any) -> Rule:
        """How a fact column is filled."""
        if column in SHARED or column not in table.columns:
            columns = ", ".join(c for c in table.columns if c not in SHARED)
            self.say(place, f"{table.name} has no column {column} (it has {columns})")
            return Rule()
        if isinstance(value, str):
            return Rule((plain(value),))
        if not isinstance(value, dict):
            self.say(place, f"{column}: wanted is the name of a column, or {{constant: …}}")
            return Rule()
        self.known(place, value, RULE_KEYS)
        ways = [k for k in ("column", "columns", "constant") if value.get(k) is not None]
        if len(ways) != 1:
            self.say(place, f"{column}: one of column, columns, constant is wanted")
            return Rule()
        kind = table.types[column]
        if kind is dict:
            self.say(place, f"{column}: cannot be filled from a table")
            return Rule()
        if ways == ["constant"]:
            self.known(place, value, {"constant"})
            return Rule(constant=self.value((*place, "constant"), table, column, value["constant"]))
        return self._from_columns(place, table, column, value)

    def _from_columns(self, place: Place, table: Table, column: str, value: dict[str, Any]) -> Rule:
        kind = table.types[column]
        for key, kinds in KINDS_OF_KEY.items():
            if key in value and kind not in kinds:
                self.say((*place, key), f"{key} says nothing for {column}, which is {_word(kind)}")
        said = self.text(place, value, "as")
        if said is not None and (said != "state" or column not in table.roles):
            self.say((*place, "as"), f"as: {said}: only `state`, for columns that name a state")
        named = value.get("columns", value.get("column"))
        names = self.texts((*place, "columns" if "columns" in value else "column"), named)
        times = self.text(place, value, "times") or "1"
        if not re.fullmatch(r"\d{1,15}(\.\d{1,15})?", times):
            self.say((*place, "times"), f"times: {times!r} is no number")
            times = "1"
        pattern = self.text(place, value, "format")
        if pattern is not None and "%" not in pattern:
            self.say((*place, "format"), f"format: {pattern!r} has none of %d, %m, %Y")
        return Rule(
            columns=tuple(plain(n) for n in names),
            join=self.text(place, value, "join") or " ",
            values=self.values(place, table, column, value),
            state=said == "state",
            format=pattern,
            decimal=self.character(place, value, "decimal") or ".",
            thousands=self.character(place, value, "thousands") or "",
            times=times,
            split=self.text(place, value, "split"),
        )

    def values(
        self, place: Place, table: Table, column: str, value: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The translation of values, by what stands in the cell."""
        said = value.get("values")
        if said is None:
            return None
        if not isinstance(said, dict):
            self.say((*place, "values"), "values: wanted is {cell: value}")
            return None
        return {
            " ".join(cell.split()): None
            if to is None
            else self.value((*place, "values", cell), table, column, to)
            for cell, to in said.items()
        }

    def value(self, place: Place, table: Table, column: str, value: Any) -> Any:
        """A value given in the mapping, as the type of its column."""
        try:
            made = documents.cast(value, table.types[column])
        except ValueError as error:
            self.say(place, f"{column}: {error}")
            return None
        if column in table.roles and not re.fullmatch(code_pattern(table, column), str(made)):
            self.say(place, f"{column}: {made} is no ISO 3166-1 alpha-2 code")
        return made


def _word(kind: type) -> str:
    words = {str: "a text", int: "a number", float: "a number", bool: "true or false"}
    return words.get(kind, {date: "a day", datetime: "a time", list: "a list"}.get(kind, "a map"))
