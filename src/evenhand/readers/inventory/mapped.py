"""Rows of an inventory become rows of facts, a piece at a time.

A cell that cannot be translated is NULL, with a `defect`. A row that lacks what a fact cannot do
without is left out, and the reading is then partial.

Spec: docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evenhand.facts import SHARED, tables
from evenhand.facts.defect import Defect
from evenhand.facts.mapped_sheet import MappedSheet
from evenhand.mapping import Facts, InventoryMapping, Rule
from evenhand.readers import Batch, Item, Partly
from evenhand.readers.inventory.source import Header, Piece, Sheet
from evenhand.translation import Column, Encoded, Words, encode, is_text, texts, written

if TYPE_CHECKING:
    import pyarrow as pa

MAX_TOLD = 1000  # kinds of defects told of one sheet; the rest are counted
RULE = "mapping"


@dataclass
class Trouble:
    """What was wrong, each kind once: the row where it was first met and how many there are."""

    met: dict[str, list[int]] = field(default_factory=dict)
    unkept: int = 0

    def note(self, what: str, row: int, count: int) -> None:
        """Note a kind of trouble in `count` rows, `row` the first of them."""
        if what in self.met:
            self.met[what][1] += count
        elif len(self.met) < MAX_TOLD:
            self.met[what] = [row, count]
        else:
            self.unkept += count

    def told(self) -> Iterator[tuple[int, str]]:
        """Each kind in words, with the row where it was first met."""
        for what, (row, count) in self.met.items():
            yield row, what if count == 1 else f"{what} ({count} rows)"


class Maker:
    """Makes rows of one fact table."""

    def __init__(self, facts: Facts, mapping: InventoryMapping, words: Words) -> None:
        self.facts, self.mapping, self.words = facts, mapping, words
        self.table = tables()[facts.table]
        self.columns = {
            name: Column(facts.table, name, rule, words) for name, rule in facts.rules.items()
        }
        for name, default in self.table.row._field_defaults.items():
            if name not in SHARED and name not in self.columns and default is not None:
                rule = Rule(constant=default)
                self.columns[name] = Column(facts.table, name, rule, words)
        self.cells, self.left = Trouble(), Trouble()

    def batch(self, cells: Mapping[str, Encoded], numbers: pa.Array, locator: str) -> Batch:
        """The rows that a piece becomes."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kept = self._meant(cells, len(numbers))
        if kept is not None:
            numbers = numbers.take(kept)
            cells = {n: e.take(kept) for n, e in cells.items()}
        if self.facts.for_each is not None:
            cells, numbers = self._each(cells, numbers, *self.facts.for_each)
        made = {name: self._column(column, cells, numbers) for name, column in self.columns.items()}
        there = None
        for name in self.table.required:
            lacks = pc.is_null(made[name])
            if pc.any(lacks).as_py():
                self._note(self.left, f"{self.table.name}: no {name}", lacks, numbers)
            there = pc.invert(lacks) if there is None else pc.and_(there, pc.invert(lacks))
        text = pc.cast(numbers, pa.string())
        made["locator"] = pc.binary_join_element_wise(pa.scalar(locator), text, "")
        made["grade"] = pa.array([self.mapping.grade] * len(numbers), pa.string())
        whole = pa.record_batch(list(made.values()), list(made))
        return Batch(self.table.name, whole if there is None else whole.filter(there))

    def _meant(self, cells: Mapping[str, Encoded], count: int) -> pa.Array | None:
        """Numbers of the rows that `only` asks for; None for all of them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not self.facts.only:
            return None
        meant = pa.array([True] * count, pa.bool_())
        for name, values in self.facts.only.items():
            wanted = pa.array(
                [written(v) in values if v is not None else False for v in cells[name].listed()],
                pa.bool_(),
            )
            meant = pc.and_(meant, wanted.take(cells[name].numbers))
        return pc.indices_nonzero(meant)

    def _each(
        self, cells: Mapping[str, Encoded], numbers: pa.Array, name: str, separator: str
    ) -> tuple[dict[str, Encoded], pa.Array]:
        """A row for each part of a cell; an empty cell has no parts and makes no row."""
        import pyarrow as pa

        parts = []
        for value in cells[name].listed():
            # what holds no value goes on as it is, to be told
            whole = isinstance(value, str) or value is None
            texts = [written(p) for p in value.split(separator)] if isinstance(value, str) else []
            said = [t for t in texts if t and t not in self.words.empty]
            parts.append(said if whole else [value])
        rows, values = list[int](), list[Any]()
        for row, number in enumerate(cells[name].numbers.to_pylist()):
            rows += [row] * len(parts[number])
            values += parts[number]
        taken = pa.array(rows, pa.int32())
        made = {n: e.take(taken) for n, e in cells.items()}
        return made | {name: encode(values)}, numbers.take(taken)

    def _column(self, column: Column, cells: Mapping[str, Encoded], numbers: pa.Array) -> pa.Array:
        """One fact column; cells that cannot be translated are noted."""
        import pyarrow.compute as pc

        names = column.rule.columns
        if not names:
            return column.constant(len(numbers))
        joined = cells[names[0]] if len(names) == 1 else self._joined(column, cells)
        made, wrong = column.translate(joined)
        for number, why in wrong:
            rows = pc.equal(joined.numbers, number)
            self._note(self.cells, f"{self.table.name}.{column.name}: {why}", rows, numbers)
        return made

    def _joined(self, column: Column, cells: Mapping[str, Encoded]) -> Encoded:
        """Several columns as one text; empty where one of them is."""
        import pyarrow as pa
        import pyarrow.compute as pc

        empty = self.words.empty
        parts = []
        for name in column.rule.columns:
            values = [
                None if isinstance(v, tuple) else _text(v, empty) for v in cells[name].listed()
            ]
            parts.append(pa.array(values, pa.string()).take(cells[name].numbers))
        return encode(pc.binary_join_element_wise(*parts, column.rule.join))

    def _note(self, trouble: Trouble, what: str, rows: pa.Array, numbers: pa.Array) -> None:
        import pyarrow.compute as pc

        count = pc.sum(rows).as_py()
        if count:
            trouble.note(what, numbers[pc.index(rows, True).as_py()].as_py(), count)


def rows(
    sheet: Sheet, header: Header, mapping: InventoryMapping, digest: str, states: dict[str, str]
) -> Iterator[Item]:
    """What the mapping makes of a sheet, then what was wrong with it."""
    words = Words(mapping.empty, states)
    makers = [Maker(facts, mapping, words) for facts in mapping.facts]
    count, locator = 0, sheet.locate(0)
    for piece in sheet.pieces(header, mapping):
        cells, numbers = _without_blank(piece, words)
        count += len(numbers)
        for maker in makers:
            yield maker.batch(cells, numbers, locator)
    left = 0
    for maker in makers:
        for row, what in maker.cells.told():
            yield Defect(RULE, f"{what}: taken as not known", f"{locator}{row}")
        if maker.cells.unkept:
            yield Defect(RULE, f"and in {maker.cells.unkept} more rows", locator)
        for row, what in maker.left.told():
            yield Partly(f"{locator}{row}: {what}: left out")
        left = max(left, sum(n for _, n in maker.left.met.values()))
    yield MappedSheet(digest, sheet.name, count, left, sheet.name)


def _without_blank(piece: Piece, words: Words) -> tuple[dict[str, Encoded], pa.Array]:
    """The columns encoded, without the rows in which all of them are empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = {name: encode(column) for name, column in piece.columns.items()}
    numbers = pa.array(piece.numbers, pa.int64())
    filled = pa.array([False] * len(numbers), pa.bool_())
    for one in cells.values():
        filled = pc.or_(filled, _there(one, words.empty).take(one.numbers))
    if not cells or pc.all(filled).as_py():
        return cells, numbers
    kept = pc.indices_nonzero(filled)
    return {n: e.take(kept) for n, e in cells.items()}, numbers.take(kept)


def _there(cells: Encoded, empty: frozenset[str]) -> pa.Array:
    """For each distinct value, whether it says anything."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if is_text(cells.values):
        return pc.is_valid(texts(cells.values, empty))
    said = (isinstance(v, tuple) or _text(v, empty) is not None for v in cells.listed())
    return pa.array(list(said), pa.bool_())


def _text(value: Any, empty: frozenset[str]) -> str | None:
    text = "" if value is None else written(value)
    return text if text and text not in empty else None
