"""SQLite and DuckDB files: their tables, or what a mapping's query gives, opened to read only.

A query sees the one file: nothing can be attached, loaded, written or reached. The process that
runs it is confined besides.

Spec: the SQLite file format 3; the DuckDB storage format.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.mapping import InventoryMapping
from evenhand.readers import Item
from evenhand.readers.inventory.source import ROWS, Header, Piece, names_in, place

SQLITE = b"SQLite format 3\0"
DUCKDB = b"DUCK"
MAX_TABLES = 1000
DUCKDB_MEMORY = "256MB"
STEPS = 100_000  # of SQLite's virtual machine between two looks at how many there were
MAX_STEPS = 50_000  # times `STEPS`
# What a query may do in SQLite: read and compute.
READS = {
    *(sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION),
    sqlite3.SQLITE_RECURSIVE,
}
NOT_IN_QUERIES = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


class Rows:
    """A table, or the answer to a query; rows are counted from 1 in the order they come."""

    hidden = False

    def __init__(self, name: str, ask: Any, broken: tuple[type[Exception], ...]) -> None:
        self.name, self._ask, self._broken = name, ask, broken
        self.notes: list[Item] = []
        try:
            self._names, _ = ask(None)
        except broken as error:
            raise Unreadable(f"{name}: {_first_line(error)}") from error

    def header(self, mapping: InventoryMapping) -> Header | None:
        """See `Sheet`."""
        asked = "query" if mapping.query is not None else None
        if mapping.header is not None or (self.name == "query") != (asked == "query"):
            return None
        found = place([(0, self._names)], mapping)
        return Header(*found) if found else None

    def seen(self) -> list[str]:
        """See `Sheet`."""
        return names_in([(0, self._names)])

    def locate(self, number: Any) -> Any:
        """See `Sheet`."""
        return f"{self.name} row "

    def pieces(self, header: Header, mapping: InventoryMapping) -> Iterator[Piece]:
        """See `Sheet`."""
        at = 1
        try:
            _, fetch = self._ask([self._names[n] for n in header.names.values()])
            while rows := fetch(ROWS):
                columns = zip(*rows, strict=True)
                made = (_plain(column) for column in columns)
                yield Piece(dict(zip(header.names, made, strict=True)), range(at, at + len(rows)))
                at += len(rows)
        except self._broken as error:
            raise Unreadable(f"{self.name} row {at}: {_first_line(error)}") from error


def _plain(column: Sequence[Any]) -> list[Any]:
    """Cells that can be compared: lists and structures as texts."""
    return [tuple(map(str, c)) if isinstance(c, list) else c for c in column]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["damaged"])[0][:200]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sqlite_tables(artefact: Artefact, mappings: Sequence[InventoryMapping]) -> Iterator[Rows]:
    """The tables and views of a SQLite file, or the answers to the mappings' queries."""
    place = f"file:{quote(str(artefact.file))}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(place, uri=True)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
        connection.set_authorizer(_only_reads)
        connection.set_progress_handler(_Steps(), STEPS)
        query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        names = [row[0] for row in connection.execute(query).fetchmany(MAX_TABLES)]
    except sqlite3.Error as error:
        raise Unreadable(f"not read as SQLite: {_first_line(error)}") from error
    for name, source in _sources(names, mappings):

        def ask(columns: list[str] | None, source: str = source) -> Any:
            wanted = "*" if columns is None else ", ".join(map(_quoted, columns))
            limit = " LIMIT 0" if columns is None else ""
            cursor = connection.execute(f"SELECT {wanted} FROM {source}{limit}")
            return [column[0] for column in cursor.description], cursor.fetchmany

        yield Rows(name, ask, (sqlite3.Error, sqlite3.Warning, OverflowError))


def _sources(
    names: Sequence[str], mappings: Sequence[InventoryMapping]
) -> Iterator[tuple[str, str]]:
    """Every table (by its name) and every query (by the word `query`), as what follows FROM."""
    for name in names:
        if name != "query" and not name.startswith("sqlite_"):
            yield name, _quoted(name)
    for query in sorted({m.query for m in mappings if m.query is not None}):
        yield "query", f"({query.strip().rstrip(';')})"


def _only_reads(action: int, first: str | None, second: str | None, *_: Any) -> int:
    if action not in READS or (second or "").lower() in NOT_IN_QUERIES:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


class _Steps:
    """Ends a query that never ends, after the same work on every machine."""

    def __init__(self) -> None:
        self._taken = 0

    def __call__(self) -> int:
        self._taken += 1
        return int(self._taken > MAX_STEPS)


def duckdb_tables(artefact: Artefact, mappings: Sequence[InventoryMapping]) -> Iterator[Rows]:
    """The tables and views of a DuckDB file, or the answers to the mappings' queries."""
    import duckdb

    settings: dict[str, Any] = {
        "memory_limit": DUCKDB_MEMORY,
        "threads": 1,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_external_access": "false",
        "temp_directory": "",
    }
    try:
        connection = duckdb.connect(str(artefact.file), read_only=True, config=settings)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        names = [
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT table_name FROM information_schema.tables "
                "WHERE table_schema = 'main' AND table_catalog = current_database() ORDER BY 1"
            ).fetchmany(MAX_TABLES)
        ]
    except duckdb.Error as error:
        raise Unreadable(f"not read as DuckDB: {_first_line(error)}") from error
    for name, source in _sources(names, mappings):

        def ask(columns: list[str] | None, source: str = source) -> Any:
            wanted = "*" if columns is None else ", ".join(map(_quoted, columns))
            limit = " LIMIT 0" if columns is None else ""
            found = connection.cursor().execute(f"SELECT {wanted} FROM {source}{limit}")
            return [column[0] for column in found.description], found.fetchmany

        yield Rows(name, ask, (duckdb.Error,))
