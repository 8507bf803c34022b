"""What a run offers to an artefact: mappings, key logs, a list of hosts, told to it in files.

A mapping that the user names (in a profile, or by itself on the command line) is tried on every
table given. One that lies in a folder is tried on what lies in that folder or below it, so that
one vendor's mapping never reads another's inventory. The text of a mapping is parsed where
artefacts are, in the confined process; here only names are looked at.

A key log is offered to every artefact that is read after it was met or beside it: its secrets fit
the sessions they belong to and no others. Only its first bytes are looked at here.

Spec: docs/decisions/0014-inventories.md, docs/decisions/0019-key-logs.md.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from evenhand.artefact import CHUNK_BYTES, Artefact
from evenhand.decryption.key_log import CUT, FILE_BYTES, HEAD_BYTES, RUN_BYTES, is_key_log
from evenhand.mapping import MAX_BYTES, is_mapping
from evenhand.roots import Unread, root

if TYPE_CHECKING:
    import duckdb

TABLES = (
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt", ".parquet"),
    *(".sqlite", ".sqlite3", ".db", ".db3", ".duckdb", ".ddb"),
)
NOTES = 20  # said on standard error; the rest are counted
EVERYWHERE = ""
# Names that key logs have; whether one is, its content says.
KEY_LOGS = ("", ".txt", ".log", ".keys", ".key", ".keylog", ".keylogfile", ".sslkeylog", ".nss")
FIRST = b"#CRESQ \t\r\n"  # what comments and labels begin with


class Offers:
    """The mappings of one run; `folder` takes what the confined processes are told.

    `named` are mappings, and answers of databases, that the user's profile names.
    """

    def __init__(self, named: Sequence[Path], folder: Path) -> None:
        self._folder = folder
        self._given: list[tuple[str, Artefact]] = []  # where it is tried, the mapping
        self._files: dict[tuple[str, ...], str] = {}
        self._key_logs = 0  # met so far
        self._key_file: str | None = None  # what they hold
        self._resolvers: str | None = None
        self._named = [root(str(path), path.name) for path in named]

    def roots(self, others: Iterable[Artefact | Unread]) -> Iterator[Artefact | Unread]:
        """What is read first: the artefacts given, and the mappings that the user named.

        Takes note of every mapping among them.
        """
        for one in others:
            if isinstance(one, Artefact) and is_mapping(one.name):
                self._given.append((one.name.rpartition("/")[0], one))
            yield one
        for one in self._named:
            if isinstance(one, Artefact) and is_mapping(one.name):
                self._given.append((EVERYWHERE, one))
            yield one

    def to(self, artefacts: Iterable[Artefact]) -> list[Artefact]:
        """The artefacts, each with what is offered to it."""
        given = list(artefacts)
        self._take_key_logs(given)
        if self._resolvers is None and given:
            self._resolvers = self._write_resolvers()
        logs, hosts = self._key_file, self._resolvers
        return [
            replace(one, mappings=self._file(one), key_logs=logs, resolvers=hosts) for one in given
        ]

    def _write_resolvers(self) -> str:
        """Readers know no lists: captures are told this one in a file."""
        from evenhand import lists

        place = self._folder / "resolvers.json"
        hosts = [row["host"].casefold() for row in lists.rows("doh_resolver")]
        place.write_text(json.dumps(hosts), encoding="utf-8")
        return str(place)

    def _take_key_logs(self, artefacts: Sequence[Artefact]) -> None:
        """Copy the key logs among these behind those met before."""
        found = [one for one in artefacts if _is_key_log(one)]
        if not found:
            return
        self._key_logs += len(found)
        before, place = self._key_file, self._folder / f"key-logs.{self._key_logs}"
        with place.open("wb") as out:
            if before is not None:
                with Path(before).open("rb") as stream:
                    shutil.copyfileobj(stream, out, CHUNK_BYTES)
            for one in found:
                with one.open() as stream:
                    data = stream.read(min(FILE_BYTES, max(0, RUN_BYTES - out.tell())))
                out.write(data + b"\n")
                if len(data) < min(FILE_BYTES, one.size_bytes):
                    out.write(CUT + b"\n")
        self._key_file = str(place)

    def _file(self, artefact: Artefact) -> str | None:
        if PurePosixPath(artefact.name).suffix.lower() not in TABLES:
            return None
        given = {
            one.digest: one
            for place, one in self._given
            if place == EVERYWHERE or artefact.name.startswith(f"{place}/")
        }
        if not given:
            return None
        key = tuple(sorted(given))
        if key not in self._files:
            self._files[key] = self._write([given[digest] for digest in key])
        return self._files[key]

    def _write(self, given: Sequence[Artefact]) -> str:
        """What a confined process is told: names of territories, and the mappings unparsed."""
        from evenhand import lists

        names = {row["name"].casefold(): row["territory"] for row in lists.rows("territory")}
        told = []
        for one in given:
            with one.open() as stream:
                text = stream.read(MAX_BYTES + 1).decode("utf-8", "backslashreplace")
            told.append({"name": one.name, "digest": one.digest, "text": text})
        path = self._folder / f"mappings.{len(self._files)}.json"
        path.write_text(json.dumps({"states": names, "mappings": told}), encoding="utf-8")
        return str(path)


def _is_key_log(artefact: Artefact) -> bool:
    """Whether an artefact is a key log, as its first bytes say."""
    if PurePosixPath(artefact.name).suffix.lower() not in KEY_LOGS or artefact.size_bytes < 100:
        return False
    with artefact.open() as stream:
        head = stream.read(1)
        return head in FIRST and is_key_log(head + stream.read(HEAD_BYTES))


def notes(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Words on mappings that fit nothing, and on tables that no mapping fits."""
    query = (
        "SELECT path, reason FROM evidence.reading "
        "WHERE reader = 'inventory' AND outcome <> 'read' ORDER BY path, reason"
    )
    found = connection.execute(query).fetchall()
    yield from (f"{path}: {reason}" for path, reason in found[:NOTES])
    if len(found) > NOTES:
        yield f"and {len(found) - NOTES} more tables or mappings that do not fit (see readings)"
