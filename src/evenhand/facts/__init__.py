"""Fact tables: one module each; the class named like the module is its row.

Every table also has `id` (`<table>/<reader>/<first 12 hex of the digest>/<row in the reader's
order>`), `artefact` (the digest) and, in every row class, `locator` (where inside the artefact)
and `grade` (`observed`, `declared`, `alleged` or `found`).

Besides VERSION, MEANING, KEY and ROLES a module may declare how its facts are compared between two
releases, and how weighty they are:

    COMPARE     columns by which a fact is found again in another release
    WATCH       columns that may change between releases
    RANK        where its facts stand in a difference; what opens a product comes before what is
                only different (a number, 50 where none is given)
    ORDER       a column from 0 to 1 by which its new facts are told in a difference; they are no
                findings for that
    ANEW        column of a whole: where more than half of its facts are other, and they are many,
                the whole was made anew, and these facts say nothing of what is in it
    LEAD        SQL over its columns, 0 to 1: how much a fact could open; where a product has fewer
                findings than a person surely reads, the first of these follow them as leads
    WEIGHT      a column from 0 to 1, heavier first; a row with a weight is a *finding*, which
                reports list as "not shown, look here" unless the effect itself is shown

STORED = True says that rows come by the hundred thousand and that nothing changes them once they
are made: these may lie in a file beside the engine (`evenhand.stored`).

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

RANK = 50  # of a table that gives none
GRADES = ("observed", "declared", "alleged", "found")
SHARED = {
    "id": "`<table>/<reader>/<first 12 hex of the digest>/<row in the reader's order>`",
    "artefact": "digest of the artefact that the fact was read from",
    "locator": "where inside the artefact: offset, packet number, path, JSON pointer or row",
    "grade": "`observed` (read from the artefact), `declared`, `alleged` or `found` (decided)",
}


@dataclass(frozen=True)
class Table:
    """What a module of this package declares about its table."""

    name: str
    row: type[Any]
    meaning: Mapping[str, str]
    key: tuple[str, ...]
    roles: Mapping[str, str]  # state-typed column → conduct | legal | origin
    version: int
    actor: str | None  # column that names the state whose act a row is
    looked_up: bool  # true where lists that ship with the package add rows at judging
    compare: tuple[str, ...]  # columns by which a fact is found again in another release
    watch: tuple[str, ...]  # columns that may change between releases
    rank: int  # smaller: told earlier in a difference
    weight: str | None  # column that says how weighty a row is, 0–1
    order: str | None  # column that says where a new row stands in a difference, 0–1
    anew: str | None  # column of a whole whose facts say nothing where most of them are other
    stored: bool  # true where many rows may lie in a file, as nothing changes them
    lead: str | None  # SQL: how much a row could open, 0–1
    types: Mapping[str, type]  # column → str, int, float, bool, date, datetime, list or dict

    @functools.cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns as stored, shared ones first."""
        own = tuple(c for c in self.row._fields if c not in SHARED)
        return (*SHARED, *own)

    @functools.cached_property
    def required(self) -> tuple[str, ...]:
        """Own columns that a row cannot do without."""
        return tuple(c for c in self.row._fields if c not in self.row._field_defaults)

    def schema(self) -> pa.Schema:
        """The table's Arrow schema, shared columns first."""
        import pyarrow as pa

        kinds: dict[type, pa.DataType] = {
            str: pa.string(),
            int: pa.int64(),
            float: pa.float64(),
            bool: pa.bool_(),
            date: pa.date32(),
            datetime: pa.timestamp("us", "UTC"),
            list: pa.list_(pa.string()),
            dict: pa.map_(pa.string(), pa.int64()),
        }
        return pa.schema([(c, kinds[self.types[c]]) for c in self.columns])


def _types(row: type[Any], known: dict[str, type]) -> dict[str, type]:
    """The types of a row's columns; `known` are those of annotations seen before, by their text:
    to work each out again takes longer than to load the modules.
    """
    texts = {c: getattr(h, "__forward_arg__", repr(h)) for c, h in row.__annotations__.items()}
    if not known.keys() >= set(texts.values()):
        hints = typing.get_type_hints(row)
        known |= {text: _plain_type(hints[column]) for column, text in texts.items()}
    return {column: known[text] for column, text in texts.items()}


def _plain_type(hint: Any) -> type:
    """`str | None` → str, `Sequence[str]` → list, `Mapping[str, int]` → dict."""
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint
    origin = typing.get_origin(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict
    arguments = [a for a in typing.get_args(hint) if a is not type(None)]
    if origin is not None and isinstance(origin, type) and origin.__module__ == "collections.abc":
        return list
    return _plain_type(arguments[0])


@functools.cache
def tables() -> dict[str, Table]:
    """Every fact table, by name: adding a module to this package is the registration."""
    found: dict[str, Table] = {}
    known: dict[str, type] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        row = getattr(module, info.name.title().replace("_", ""))
        found[info.name] = Table(
            info.name,
            row,
            module.MEANING,
            getattr(module, "KEY", ()),
            getattr(module, "ROLES", {}),
            module.VERSION,
            getattr(module, "ACTOR", None),
            getattr(module, "LOOKED_UP", False),
            getattr(module, "COMPARE", ()),
            getattr(module, "WATCH", ()),
            getattr(module, "RANK", RANK),
            getattr(module, "WEIGHT", None),
            getattr(module, "ORDER", None),
            getattr(module, "ANEW", None),
            getattr(module, "STORED", False),
            getattr(module, "LEAD", None),
            dict.fromkeys(SHARED, str) | _types(row, known),
        )
    return found


def table_of(row: type) -> str:
    """The name of the table that rows of this class belong to."""
    return row.__module__.rpartition(".")[2]
