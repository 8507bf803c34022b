"""A table of an inventory, whatever form it comes in: its header, and its rows in pieces.

Spec: docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from evenhand.mapping import InventoryMapping, plain
from evenhand.readers import Item

if TYPE_CHECKING:
    import pyarrow as pa

HEADER_ROWS = 50  # a header stands among the first so many rows
ROWS = 20_000  # in one piece
MAX_COLUMNS = 4096


class Header(NamedTuple):
    """The names that a mapping uses, as they are compared, with the place of each column."""

    row: int  # as `Sheet.first` numbers rows
    names: Mapping[str, int]
    delimiter: str = ""


class Piece(NamedTuple):
    """Some rows: each column that was asked for as a list or an Arrow array."""

    columns: Mapping[str, Any]
    numbers: Sequence[int] | pa.Array  # of each row, as people count them


class Sheet(Protocol):
    """One table."""

    name: str
    hidden: bool
    notes: list[Item]  # what is to be said of it, once it is read

    def header(self, mapping: InventoryMapping) -> Header | None:
        """The header that has every name the mapping uses, None where there is none."""
        ...

    def seen(self) -> list[str]:
        """What looks like the names of its columns."""
        ...

    def locate(self, number: Any) -> Any:
        """The prefix of a locator; the number of the row follows it."""
        ...

    def pieces(self, header: Header, mapping: InventoryMapping) -> Iterator[Piece]:
        """The rows below the header; raises `Unreadable` where they cannot be read on."""
        ...


def place(
    rows: Sequence[tuple[int, Sequence[Any]]], mapping: InventoryMapping
) -> tuple[int, dict[str, int]] | None:
    """The first of the rows, given with their numbers, that names every column used, once."""
    wanted = mapping.uses
    for number, cells in rows:
        if mapping.header not in (None, number):
            continue
        names = [plain(cell) for cell in cells[:MAX_COLUMNS]]
        if all(names.count(name) == 1 for name in wanted):
            return number, {name: names.index(name) for name in wanted}
    return None


def names_in(rows: Sequence[tuple[int, Sequence[Any]]]) -> list[str]:
    """What looks like names of columns; what looks like a value of somebody's is left out."""
    best: list[str] = []
    for _, cells in rows:
        texts = [" ".join(c.split())[:40] for c in cells if isinstance(c, str) and c.strip()]
        found = [t for t in texts if not re.search(r"@|\d{3}", t)]
        if len(found) > len(best):
            best = found
        if len(found) > 1:
            break
    return best
