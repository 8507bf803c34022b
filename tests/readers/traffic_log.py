"""Reads a traffic log with one reader and gives its facts as plain rows.

Spec: none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from evenhand.errors import Unreadable
from evenhand.readers import Batch
from tests.readers.reading import SHARED, read

LOGS = SHARED / "data" / "logs"


class Facts(NamedTuple):
    """What a log gave."""

    tables: dict[str, list[dict[str, Any]]]
    children: dict[str, bytes]
    reasons: list[str]
    failure: Unreadable | None

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table."""
        return self.tables.get(name, [])

    def flows(self, layer: str = "inner") -> list[tuple[Any, ...]]:
        """Flows of a layer, short: both ends, packets and bytes each way."""
        columns = (
            "client_address", "client_port", "server_address", "server_port",
            "packets_sent", "bytes_sent", "packets_received", "bytes_received",
        )  # fmt: skip
        return [
            tuple(row[c] for c in columns) for row in self.table("flow") if row["layer"] == layer
        ]

    def names(self) -> set[tuple[str, str, str | None]]:
        """Names, short: source, name, address."""
        return {(n["source"], n["name"], n["address"]) for n in self.table("host_name")}


def facts(reader: str, path: Path) -> Facts:
    """Read a file."""
    got = read(reader, path)
    tables: dict[str, list[dict[str, Any]]] = {}
    for item in got.rows:
        if isinstance(item, Batch):
            tables.setdefault(item.table, []).extend(item.rows.to_pylist())
        else:
            name = type(item).__module__.rpartition(".")[2]
            tables.setdefault(name, []).append(item._asdict())
    return Facts(tables, got.children, got.reasons, got.failure)


def facts_of(reader: str, data: bytes | str, folder: Path) -> Facts:
    """Read bytes that a test made."""
    path = folder / "log"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return facts(reader, path)


def truth(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table of the truth that lies beside the shared logs."""
    with (LOGS / "truth" / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def as_written(data: bytes) -> bytes:
    """A baseline of Zeek's tests as Zeek wrote it: its times were struck out."""
    if data.startswith(b"### BTest"):
        data = data.partition(b"\n")[2]
    return data.replace(b"XXXXXXXXXX.XXXXXX", b"1500000000.000000")
