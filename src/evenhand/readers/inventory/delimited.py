"""CSV, TSV and their kin: encodings and delimiters as the mapping says, else by what fits.

A row stands where its first line stands in an editor. Where no encoding is named and the text
is not UTF-8, one is guessed, and a `defect` says so.

Spec: RFC 4180; WHATWG Encoding (labels as Python has them).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import IO, Any

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.facts.defect import Defect
from evenhand.mapping import InventoryMapping
from evenhand.readers import Item, Partly
from evenhand.readers.inventory.source import HEADER_ROWS, ROWS, Header, Piece, names_in, place

DELIMITERS = (",", ";", "\t", "|")
MAX_LINE = 1 << 20
LOOK_BYTES = 1 << 22  # read to find out the encoding
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
SHORT_ROWS = 5  # spelled out; the rest are counted


class Delimited:
    """One text table; rows are numbered by the line that they begin on."""

    name, hidden = "", False

    def __init__(self, artefact: Artefact, encoding: str, guessed: bool) -> None:
        self._artefact, self._encoding = artefact, encoding
        self.notes: list[Item] = []
        if guessed:
            told = f"not UTF-8, and the mapping names no encoding: read as {encoding}, a guess"
            self.notes.append(Defect("encoding", told))

    def _open(self) -> IO[str]:
        return io.TextIOWrapper(self._artefact.open(), self._encoding, newline="")

    def header(self, mapping: InventoryMapping) -> Header | None:
        """The delimiter is the mapping's, else the first with which the header fits."""
        for delimiter in [mapping.delimiter] if mapping.delimiter else DELIMITERS:
            found = place(self._first(delimiter), mapping)
            if found is not None:
                return Header(*found, delimiter)
        return None

    def _first(self, delimiter: str) -> list[tuple[int, list[str]]]:
        """The first rows that are not blank, numbered; what cannot be read ends them."""
        found: list[tuple[int, list[str]]] = []
        try:
            with self._open() as stream:
                for number, cells in _rows(stream, delimiter):
                    found.append((number, cells))
                    if len(found) == HEADER_ROWS:
                        break
        except (csv.Error, UnicodeError, Unreadable):
            pass  # the header, if there is one, stands before it; `pieces` tells the rest
        return found

    def seen(self) -> list[str]:
        """See `Sheet`."""
        ways = [names_in(self._first(delimiter)) for delimiter in DELIMITERS]
        return max(ways, key=len)

    def locate(self, number: Any) -> Any:
        """See `Sheet`."""
        return "line "

    def pieces(self, header: Header, mapping: InventoryMapping) -> Iterator[Piece]:
        """Rows with cells beyond the header are left out: a delimiter stands inside a cell."""
        names = list(header.names)
        width = max(header.names.values()) + 1
        pick = itemgetter(*header.names.values())
        at, broken = header.row, list[int]()
        rows: list[Any] = []
        numbers: list[int] = []
        try:
            with self._open() as stream:
                columns = 0
                for at, cells in _rows(stream, header.delimiter):
                    if at <= header.row:
                        columns = len(cells)
                        continue
                    if len(cells) != columns and any(cells[columns:]):
                        broken.append(at)
                        continue
                    if len(cells) < width:
                        cells += [""] * (width - len(cells))
                    rows.append(pick(cells))
                    numbers.append(at)
                    if len(rows) == ROWS:
                        yield _piece(names, rows, numbers)
                        rows, numbers = [], []
        except (csv.Error, UnicodeError, Unreadable) as error:
            yield _piece(names, rows, numbers)
            raise Unreadable(f"after line {at}: {_words(error)}") from error
        yield _piece(names, rows, numbers)
        for number in broken[:SHORT_ROWS]:
            self.notes.append(Partly(f"line {number}: more cells than columns: left out"))
        if len(broken) > SHORT_ROWS:
            self.notes.append(Partly(f"and {len(broken) - SHORT_ROWS} more such lines"))


def _piece(names: Sequence[str], rows: list[Any], numbers: list[int]) -> Piece:
    import pyarrow as pa

    columns = (
        [rows] if len(names) == 1 else (zip(*rows, strict=True) if rows else [()] * len(names))
    )
    made = (pa.array(column, pa.string()) for column in columns)
    return Piece(dict(zip(names, made, strict=True)), numbers)


def _rows(stream: IO[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line that it begins on (from 1)."""
    reader = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
    line = 1
    for cells in reader:
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _lines(stream: IO[str]) -> Iterator[str]:
    """Lines of bounded length."""
    while line := stream.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith("\n"):
            raise Unreadable(f"a line is longer than {MAX_LINE} characters")
        yield line


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return f"not {getattr(error, 'encoding', 'decodable')}: name the encoding in the mapping"
    return str(error)


def tables(
    artefact: Artefact, head: bytes, mappings: Sequence[InventoryMapping]
) -> Iterator[Delimited]:
    """The table, once for each encoding that the mappings name for it."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            yield Delimited(artefact, encoding, False)
            return
    named = sorted({m.encoding for m in mappings if m.encoding})
    if named:
        yield Delimited(artefact, named[0], False)
        return
    yield Delimited(artefact, *guess(artefact))


def guess(artefact: Artefact) -> tuple[str, bool]:
    """An encoding for a text without a mark, and whether it is a guess."""
    with artefact.open() as stream:
        data = stream.read(LOOK_BYTES)
    if b"\0" in data[:4096]:
        # of two bytes that make a Latin letter, one is zero
        return (
            "utf-16-be" if data[:4096:2].count(0) > data[1:4096:2].count(0) else "utf-16-le"
        ), True
    if _decodes(data, "utf-8"):
        return "utf-8", False
    if _decodes(data, "gb18030"):
        text = data.decode("gb18030", "ignore")
        wide = sum("\u3400" <= c <= "\u9fff" for c in text)
        other = sum(c > "\x7f" for c in text)
        # two bytes above 7F in a row are rare in a Western text, and seldom a common character
        if wide > 0.7 * other and other > 4:
            return "gb18030", True
    return "cp1252", True


def _decodes(data: bytes, encoding: str) -> bool:
    """True where the data are text in this encoding, but for a character cut off at the end."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, False)
    except UnicodeDecodeError:
        return False
    return True
