"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS): values as they were last computed and stored.

Nothing is computed. In XLSX, formulas without a stored value and cells that hold an error are
told; in the other forms they read as empty. Merged cells count for every row that they span.

Spec: ECMA-376 (Office Open XML), ISO/IEC 26300 (OpenDocument), [MS-XLS], [MS-XLSB].
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.mapping import InventoryMapping
from evenhand.readers import Item
from evenhand.readers.inventory.source import HEADER_ROWS, ROWS, Header, Piece, names_in, place
from evenhand.translation import Unread

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SUFFIXES = {".xlsx": ZIP, ".xlsm": ZIP, ".xlsb": ZIP, ".ods": ZIP, ".xls": OLE}
# A cell takes 80 to 100 bytes of memory while a sheet is read: these fit the limit of a process.
MAX_CELLS = 4_000_000
MAX_EXPANDED_BYTES = 1 << 30
MAX_LISTED_BYTES = 1 << 24  # the parts that list the sheets
MAX_FLAGGED = 100_000
CHUNK_BYTES = 1 << 20
NO_VALUE = Unread("a formula without a stored value: open and save the workbook to compute it")
ERROR = Unread("an error stands in the cell")
# What `zipfile` raises at bytes that are no archive; ValueError: a name that is no UTF-8.
BROKEN = (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError)
_C = rb"<(?:\w+:)?c\b([^>]*)>"
FAULTY = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>")
UNCOMPUTED = re.compile(
    _C + rb"\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")

Flags = dict[tuple[int, int], Unread]  # row and column from 0 → why there is no value


def is_one(head: bytes, suffix: str) -> bool:
    """True for a workbook; a file with its suffix and other content is none."""
    return suffix in SUFFIXES and head.startswith(SUFFIXES[suffix])


class Workbook:
    """One sheet; rows are numbered as a spreadsheet shows them."""

    def __init__(self, book: Any, meta: Any, flags: Flags) -> None:
        self.name: str = meta.name
        self.hidden = str(meta.visible).rpartition(".")[2] != "Visible"
        self.notes: list[Item] = []
        self._book, self._flags = book, flags
        self._sheet: Any = None

    def _open(self) -> Any:
        """The sheet, read when it is first needed."""
        import python_calamine

        if self._sheet is None:
            try:
                self._sheet = self._book.get_sheet_by_name(self.name)
            except (python_calamine.CalamineError, OSError, ValueError) as error:
                raise Unreadable(f"sheet {self.name}: {str(error)[:200]}") from error
        return self._sheet

    def _rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Rows numbered from 1, columns from A on: the library leaves out leading columns only."""
        sheet = self._open()
        if sheet.start is None:
            return
        lead = [""] * sheet.start[1]
        for number, cells in enumerate(sheet.iter_rows(), 1):
            yield number, lead + cells

    def _first(self) -> list[tuple[int, list[Any]]]:
        found = []
        for number, cells in self._rows():
            found.append((number, cells))
            if len(found) == HEADER_ROWS:
                break
        return found

    def header(self, mapping: InventoryMapping) -> Header | None:
        """See `Sheet`."""
        found = place(self._first(), mapping)
        return Header(*found) if found else None

    def seen(self) -> list[str]:
        """See `Sheet`."""
        return names_in(self._first())

    def locate(self, number: Any) -> Any:
        """See `Sheet`."""
        return f"{self.name}!"

    def pieces(self, header: Header, mapping: InventoryMapping) -> Iterator[Piece]:
        """See `Sheet`."""
        filled = self._merged(header)
        below = (row for row in self._rows() if row[0] > header.row)
        while rows := list(itertools.islice(below, ROWS)):
            columns = {name: self._column(at, rows, filled) for name, at in header.names.items()}
            yield Piece(columns, [number for number, _ in rows])

    def _column(
        self, at: int, rows: list[tuple[int, list[Any]]], filled: dict[Any, Any]
    ) -> list[Any]:
        """A column of some rows: None where nothing stands."""
        if filled or self._flags:
            return [self._cell(number - 1, at, cells, filled) for number, cells in rows]
        return [None if (cell := cells[at]) == "" else cell for _, cells in rows]

    def _cell(self, row: int, column: int, cells: list[Any], filled: dict[Any, Any]) -> Any:
        """A cell's value; what stands where it has none."""
        value = cells[column]
        if value != "":
            top = filled.get((row, column))
            if isinstance(top, list):
                top.append(value)
            return value
        if self._flags and (row, column) in self._flags:
            return self._flags[row, column]
        top = filled.get((row, column))
        return top[-1] if top else None

    def _merged(self, header: Header) -> dict[tuple[int, int], list[Any]]:
        """Cells of merged ranges in the columns used, each with where its value is kept."""
        used, filled = set(header.names.values()), dict[tuple[int, int], list[Any]]()
        for (top, left), (bottom, right) in self._open().merged_cell_ranges or []:
            for column in used.intersection(range(left, right + 1)):
                kept: list[Any] = []
                for row in range(top, min(bottom, top + ROWS) + 1):
                    # across columns a range has one value, which stands in the first
                    if column == left and len(filled) < MAX_FLAGGED:
                        filled[row, column] = kept
        return filled


def sheets(artefact: Artefact) -> Iterator[Workbook]:
    """Every sheet of cells, in order."""
    import python_calamine

    flags = _flags(artefact)
    try:
        with artefact.open() as stream:
            book = python_calamine.CalamineWorkbook.from_filelike(stream)
    except python_calamine.PasswordError as error:
        raise Unreadable("it is protected by a password") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"not read as a workbook: {str(error)[:200]}") from error
    for meta in book.sheets_metadata:
        if str(meta.typ).endswith("WorkSheet"):
            yield Workbook(book, meta, flags.get(meta.name, {}))


def _flags(artefact: Artefact) -> dict[str, Flags]:
    """Cells without a value, by sheet. Raises `Unreadable` for a workbook that is too large.

    Every part is expanded here, in pieces, before anything holds a whole one.
    """
    with artefact.open() as stream:
        if stream.read(4) != ZIP:
            return {}
        try:
            with zipfile.ZipFile(stream) as archive:
                return _scanned(archive)
        except BROKEN as error:
            raise Unreadable(f"not read as a workbook: {error}") from error
        except zipfile.zlib.error as error:  # type: ignore[attr-defined]
            raise Unreadable(f"damaged: {error}") from error


def _scanned(archive: zipfile.ZipFile) -> dict[str, Flags]:
    names = {v: k for k, v in _sheet_parts(archive).items()}
    found: dict[str, Flags] = {}
    expanded = cells = 0
    for part in archive.infolist():
        flags: Flags = {}
        with archive.open(part) as stream:
            for piece in _pieces(stream):
                expanded += len(piece)
                cells += (
                    piece.count(b"<c ") + piece.count(b":c ") + piece.count(b"<table:table-cell")
                )
                if expanded > MAX_EXPANDED_BYTES:
                    raise Unreadable(f"it expands to more than {MAX_EXPANDED_BYTES} bytes")
                if cells > MAX_CELLS:
                    raise Unreadable(f"more than {MAX_CELLS} cells: give it as CSV or Parquet")
                if part.filename in names and len(flags) < MAX_FLAGGED:
                    _look(piece, flags)
        if flags:
            found[names[part.filename]] = flags
    return found


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces that cut no row in two, rows of unusual length apart."""
    held = b""
    while chunk := stream.read(CHUNK_BYTES):
        data = held + chunk
        cut = data.rfind(b"<row ")
        cut = cut if cut > 0 else len(data)
        yield data[:cut]
        held = data[cut:]
    yield held


def _look(piece: bytes, flags: Flags) -> None:
    if b'"e"' in piece or b"'e'" in piece:
        for match in FAULTY.finditer(piece):
            _flag(match[1], flags, ERROR)
    if b"<f" in piece or b":f" in piece:
        for match in UNCOMPUTED.finditer(piece):
            if not TEXT_RESULT.search(match[1]):
                _flag(match[1], flags, NO_VALUE)


def _flag(attributes: bytes, flags: Flags, why: Unread) -> None:
    place = REFERENCE.search(attributes)
    if place:
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        flags[int(place[2]) - 1, column - 1] = why


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet → its part, from the workbook and its relationships; none in other forms."""
    try:
        book = _elements(archive, "xl/workbook.xml")
        related = _elements(archive, "xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    targets = {
        said.get("Id"): said.get("Target", "") for name, said in related if name == "Relationship"
    }
    parts = {}
    for name, said in book:
        own = next((v for k, v in said.items() if k.endswith(":id")), None)
        if name == "sheet" and own in targets and "name" in said:
            target = targets[own]
            parts[said["name"]] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
    return parts


def _elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part, without its prefix; a document type is refused."""
    with archive.open(part) as stream:
        data = stream.read(MAX_LISTED_BYTES + 1)
    if len(data) > MAX_LISTED_BYTES:
        raise Unreadable(f"{part} is larger than {MAX_LISTED_BYTES} bytes")
    found: list[tuple[str, dict[str, str]]] = []

    def refuse(*_: Any) -> None:
        raise Unreadable(f"{part} declares a document type, which no workbook has")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, said: found.append((name.rpartition(":")[2], said))
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(f"{part}: {error}") from error
    return found
