"""Host names found in a capture, each (name, address, source) once, with where it was first.

Spec: docs/reference/facts.md (table `host_name`); RFC 1035 §2.3.1, RFC 6762 §16 (UTF-8 labels).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evenhand.readers import Batch
from evenhand.readers.pcap.address import text
from evenhand.readers.pcap.container import MISSING

NAMES = 500_000  # different (name, address, source) kept: those met first
REMEMBERED = 1 << 16  # names whose written form is remembered
PLAIN = re.compile(rb"[!-\[\]-~ ]+").fullmatch  # printable ASCII without the backslash


class Where(NamedTuple):
    """Where a name was met: packet number and time (microseconds since 1970 UTC)."""

    number: int
    time_us: int


class HostNames:
    """Names met so far."""

    def __init__(self) -> None:
        self.dropped = 0
        self._found: dict[tuple[str, bytes | None, str], Where] = {}
        self._written: dict[bytes | tuple[bytes, ...], str] = {}

    def add(
        self,
        name: bytes | tuple[bytes, ...],
        source: str,
        where: Where,
        address: bytes | None = None,
    ) -> None:
        """Keep a name: bytes as used, or the labels of a DNS name."""
        written = self._written.get(name)
        if written is None:
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            written = in_labels(name) if isinstance(name, tuple) else shown(name)
            self._written[name] = written
        if not written:
            return
        key = (written, address, source)
        earlier = self._found.get(key)
        if earlier is None:
            if len(self._found) >= NAMES:
                self.dropped += 1
                return
            self._found[key] = where
        elif where.number < earlier.number:
            self._found[key] = where

    def batches(self) -> Iterator[Batch]:
        """All names as Arrow, in order of the packet that first showed them."""
        rows = sorted(
            (where, name, source, text(address) if address else "")
            for (name, address, source), where in self._found.items()
        )
        for start in range(0, len(rows), 1 << 17):
            yield _batch(rows[start : start + (1 << 17)])


def _batch(rows: list[tuple[Where, str, str, str]]) -> Batch:
    import pyarrow as pa

    times = [None if w.time_us == MISSING else w.time_us for w, *_ in rows]
    columns = {
        "locator": pa.array([f"packet {w.number}" for w, *_ in rows]),
        "grade": pa.array(["observed"] * len(rows)),
        "name": pa.array([r[1] for r in rows]),
        "source": pa.array([r[2] for r in rows]),
        "address": pa.array([r[3] or None for r in rows], pa.string()),
        "first_seen": pa.array(times, pa.timestamp("us", "UTC")),
    }
    return Batch("host_name", pa.RecordBatch.from_arrays(list(columns.values()), list(columns)))


def shown(raw: bytes) -> str:
    """A name as text: lower case, no final dot, odd bytes as `\\xNN`."""
    if PLAIN(raw):
        written = raw.decode("ascii")
    else:
        written = _escaped(raw.decode("utf-8", "surrogateescape"))
    if written.endswith("."):
        written = written[:-1]
    return written.lower()


def in_labels(labels: Iterable[bytes]) -> str:
    """A DNS name as text; a dot within a label is an odd byte."""
    parts = list(labels)
    raw = b".".join(parts)
    if raw.count(b".") == len(parts) - 1:
        return shown(raw)
    return ".".join(shown(p).replace(".", "\\x2e") for p in parts)


def _escaped(decoded: str) -> str:
    """Printable characters as they are; the bytes of all others, and the backslash, as `\\xNN`."""
    return "".join(
        c
        if c.isprintable() and c != "\\"
        else "".join(f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape"))
        for c in decoded
    )
