"""Parquet: columns by name, in the batches of the file.

Spec: Apache Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.mapping import InventoryMapping
from evenhand.readers import Item
from evenhand.readers.inventory.source import ROWS, Header, Piece, names_in, place


class Parquet:
    """A Parquet file; rows are counted from 1."""

    name, hidden = "", False

    def __init__(self, artefact: Artefact) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.notes: list[Item] = []
        self._broken: tuple[type[BaseException], ...] = (pa.ArrowException, OSError, ValueError)
        try:
            self._file = pq.ParquetFile(artefact.file)
        except self._broken as error:
            raise Unreadable(f"not read as Parquet: {_first_line(error)}") from error
        self._names = self._file.schema_arrow.names

    def header(self, mapping: InventoryMapping) -> Header | None:
        """See `Sheet`."""
        found = place([(0, self._names)], mapping) if mapping.header is None else None
        return Header(*found) if found else None

    def seen(self) -> list[str]:
        """See `Sheet`."""
        return names_in([(0, self._names)])

    def locate(self, number: Any) -> Any:
        """See `Sheet`."""
        return "row "

    def pieces(self, header: Header, mapping: InventoryMapping) -> Iterator[Piece]:
        """See `Sheet`."""
        at = 1
        names = {name: self._names[place] for name, place in header.names.items()}
        try:
            for batch in self._file.iter_batches(ROWS, columns=list(names.values())):
                batch.validate(full=True)  # texts that are none, words that the file does not hold
                columns = {name: _plain(batch.column(own)) for name, own in names.items()}
                yield Piece(columns, range(at, at + batch.num_rows))
                at += batch.num_rows
        except self._broken as error:
            raise Unreadable(f"row {at}: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or ["damaged"])[0]


def _plain(column: Any) -> Any:
    """A column that can be encoded: nested ones as Python has them."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_nested(column.type):
        cells = (_cell(value) for value in column.to_pylist())
        return list(cells)
    return column


def _cell(value: Any) -> Any:
    return tuple(str(v) for v in value) if isinstance(value, list) else value and str(value)
