"""Host names that a log tells, each (name, address, source) once, with where it was first.

Spec: docs/reference/facts.md (table `host_name`); RFC 3986 s. 3.2.2 (host and port).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.readers import Batch
from evenhand.traffic.record import NO_TIME

KEPT = 200_000  # different (name, address, source) at a time
REMEMBERED = 1 << 16
NAME_LENGTH = 1024  # a longer text is no name that a host could have
PLAIN = re.compile(r"[!-\[\]-~ ]+").fullmatch  # printable ASCII without the backslash
ESCAPED = re.compile(rb"\\x([0-9a-fA-F]{2})")
# Ports by which names in messages of the DNS format are told apart (IANA).
NAMED_PORTS = {5353: "mdns", 5355: "llmnr", 137: "netbios"}


class _Where(NamedTuple):
    number: int
    time_us: int


class HostNames:
    """Names met and not yet given out; `unit` is what the log's records are called."""

    def __init__(self, unit: str = "line") -> None:
        self._unit = unit
        self._found: dict[tuple[str, str | None, str], _Where] = {}
        self._written: dict[str, str] = {}

    def add(
        self,
        name: str | None,
        source: str,
        number: int,
        time_us: int = NO_TIME,
        address: str | None = None,
    ) -> None:
        """Keep a name as the log writes it, and the canonical address it was used for."""
        if not name or len(name) > NAME_LENGTH:
            return
        written = self._written.get(name)
        if written is None:
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            written = self._written[name] = shown(name)
        if written:
            key = (written, address, source)
            earlier = self._found.get(key)
            if earlier is None or number < earlier.number:
                self._found[key] = _Where(number, time_us)

    def full(self) -> Iterator[Batch]:
        """Give the names out where there are many; one met again then stands twice."""
        if len(self._found) > KEPT:
            yield from self.finish()

    def finish(self) -> Iterator[Batch]:
        """All names that were not given out, in order of the record that first showed them."""
        import pyarrow as pa

        rows = sorted(
            (where, name, source, address or "")
            for (name, address, source), where in self._found.items()
        )
        self._found.clear()
        if not rows:
            return
        times = [None if w.time_us == NO_TIME else w.time_us for w, *_ in rows]
        columns = {
            "locator": pa.array([f"{self._unit} {w.number}" for w, *_ in rows]),
            "grade": pa.repeat("observed", len(rows)),
            "name": pa.array([r[1] for r in rows]),
            "source": pa.array([r[2] for r in rows]),
            "address": pa.array([r[3] or None for r in rows], pa.string()),
            "first_seen": pa.array(times, pa.timestamp("us", "UTC")),
        }
        yield Batch("host_name", pa.RecordBatch.from_arrays(list(columns.values()), list(columns)))


def shown(name: str) -> str:
    """A name of a log as the facts write it: lower case, no final dot, odd bytes as `\\xNN`."""
    if not PLAIN(name):
        raw = ESCAPED.sub(_byte, name.encode("utf-8", "surrogatepass"))
        name = "".join(
            c
            if c.isprintable() and c != "\\"
            else "".join(f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape"))
            for c in raw.decode("utf-8", "surrogateescape")
        )
    return name.removesuffix(".").lower()


def _byte(match: re.Match[bytes]) -> bytes:
    """The byte that a log writes as `\\xNN`."""
    return bytes([int(match[1], 16)])


def without_port(host: str) -> str:
    """The host of `host[:port]`, an IPv6 address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, colon, port = host.rpartition(":")
    return name if colon and ":" not in name and (port.isdigit() or not port) else host
