"""Host names found in a capture, each (name, address, source) once, with where it was first.

Spec: docs/reference/facts.md (table `host_name`); RFC 1035 §2.3.1, RFC 6762 §16 (UTF-8 labels).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.readers import Batch
from evenhand.readers.pcap.address import OVERFLOW, Addresses, joined, texts_of
from evenhand.readers.pcap.container import MISSING
from evenhand.readers.pcap.index import NONE, Index

if TYPE_CHECKING:
    from evenhand.readers.pcap.view import Integers

NAMES = 500_000  # different (name, address, source) kept: those met first
TEXTS = NAMES
REMEMBERED = 1 << 16  # names whose written form is remembered
WAITING = 1 << 12  # names that come one by one are entered so many at a time
BATCH_ROWS = 1 << 17
UNNAMED, NO_ROOM = -1, -2
SOURCES = (
    "dns question", "dns answer", "dns alias", "dns additional", "mdns", "llmnr", "netbios",
    "ssdp", "http", "tls", "tls outer (ech)", "quic", "quic outer (ech)", "dtls",
    "dtls outer (ech)", "gquic", "https", "dns pointer", "dns service", "name block",
)  # fmt: skip
PLAIN = re.compile(rb"[!-\[\]-~ ]+").fullmatch  # printable ASCII without the backslash
LINES = re.compile(rb"[!-\[\]-~ \n]+").fullmatch


class Where(NamedTuple):
    """Where a name was met: packet number and time (microseconds since 1970 UTC)."""

    number: int
    time_us: int


class HostNames:
    """Names met so far; each (name, address, source) has a number in the order it was met."""

    def __init__(self) -> None:
        import numpy as np

        self.dropped = 0
        self.addresses = Addresses()
        self._index = Index(NAMES)
        self._number = np.zeros(0, np.int64)  # packet, of each row
        self._time_us = np.zeros(0, np.int64)
        self._texts: list[str] = []
        self._text_of: dict[str, int] = {}
        self._written: dict[bytes | tuple[bytes, ...], int] = {}
        self._waiting: list[tuple[int, int, int, int, int, int]] = []

    def number(self, name: bytes | tuple[bytes, ...]) -> int:
        """The number of a name's text: bytes as used, or the labels of a DNS name.

        UNNAMED for one that is empty; no number is kept for it where there is no room left.
        """
        known = self._written.get(name)
        if known is None:
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            written = in_labels(name) if isinstance(name, tuple) else shown(name)
            known = self._written[name] = self._text_number(written)
        return known

    def numbers(self, names: Sequence[bytes]) -> list[int]:
        """The numbers of many names as used; those of plain ASCII are written all at once."""
        lines = b"\n".join(names)
        plain = LINES(lines) and lines.count(b"\n") == len(names) - 1
        if not plain or len(self._texts) + len(names) > TEXTS:
            return [self.number(name) for name in names]
        written = lines.decode("ascii").lower().split("\n")
        if b".\n" in lines or lines.endswith(b"."):
            written = [text.removesuffix(".") for text in written]
        return [self._text_number(text) for text in written]

    def _text_number(self, written: str) -> int:
        if not written:
            return UNNAMED
        known = self._text_of.get(written)
        if known is None:
            if len(self._texts) >= TEXTS:
                return NO_ROOM
            known = self._text_of[written] = len(self._texts)
            self._texts.append(written)
        return known

    def add(
        self,
        name: bytes | tuple[bytes, ...],
        source: str,
        where: Where,
        address: bytes | None = None,
    ) -> None:
        """Keep a name."""
        number = self.number(name)
        if number == UNNAMED:
            return
        if number == NO_ROOM:
            self.dropped += 1
            return
        version = 0 if address is None else 4 if len(address) == 4 else 6
        at = self.addresses.number(address) if address is not None else 0
        if version == 6 and at == OVERFLOW:
            self.dropped += 1
            return
        self._waiting.append((number, SOURCES.index(source), version, at, *where))
        if len(self._waiting) >= WAITING:
            self.finish()

    def add_many(
        self,
        name: Integers,
        source: str | Any,
        version: int | Integers,
        address: Integers,
        where: tuple[Integers, Integers],
    ) -> None:
        """Keep names by the numbers of their texts; `where`: packet numbers and times."""
        import numpy as np

        self.finish()
        code = SOURCES.index(source) if isinstance(source, str) else source
        one = name << 16 | code << 8 | version
        lost = (name == NO_ROOM) | ((version == 6) & (address == OVERFLOW))
        if lost.any() or (name < 0).any():
            self.dropped += int(lost.sum())
            kept = (name >= 0) & ~lost
            one, address, where = one[kept], address[kept], (where[0][kept], where[1][kept])
        row, new = self._index.numbers(one, np.ascontiguousarray(address))
        self.dropped += int((row == NONE).sum())
        self._number = np.concatenate([self._number, where[0][new]])
        self._time_us = np.concatenate([self._time_us, where[1][new]])
        earlier = np.nonzero((row != NONE) & (where[0] < self._number[row]))[0]
        earlier = earlier[
            np.argsort(-where[0][earlier], kind="stable")
        ]  # the least is written last
        self._number[row[earlier]] = where[0][earlier]
        self._time_us[row[earlier]] = where[1][earlier]

    def written(self, number: int) -> str:
        """The text of this number."""
        return self._texts[number]

    def moved(self, version: Integers, number: Integers, addresses: Addresses) -> Integers:
        """Numbers of addresses as `addresses` gives them, as numbers of ours."""
        import numpy as np

        six = version == 6
        if not six.any():
            return number
        low, high = addresses.halves(version[six], number[six])
        number = number.copy()
        number[six] = self.addresses.columns(high, low)
        return np.ascontiguousarray(number)

    def finish(self) -> None:
        """Enter the names that still wait."""
        import numpy as np

        if self._waiting:
            waiting, self._waiting = np.array(self._waiting, np.int64).T, []
            self.add_many(waiting[0], waiting[1], waiting[2], waiting[3], (waiting[4], waiting[5]))

    def batches(self, said: str = "") -> Iterator[Batch]:
        """All names as Arrow, in order of the packet that first showed them.

        `said` stands at the end of their locators.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        one, address = self._index.pairs
        texts = pa.array(self._texts, pa.string())
        rank = np.zeros(len(texts), np.int64)
        rank[np.asarray(pc.sort_indices(texts))] = np.arange(len(texts))
        name, source, version = one >> 16, one >> 8 & 0xFF, one & 0xFF
        halves = self.addresses.halves(version, address)
        order = np.lexsort((*halves, version, source, rank[name], self._number))
        for start in range(0, len(order), BATCH_ROWS):
            some = order[start : start + BATCH_ROWS]
            number, time = self._number[some], self._time_us[some]
            columns = {
                "locator": joined("packet ", number, said),
                "grade": pa.repeat("observed", len(some)),
                "name": texts.take(pa.array(name[some])),
                "source": pa.array(SOURCES).take(pa.array(source[some])),
                "address": texts_of(version[some], address[some], self.addresses),
                "first_seen": pa.array(time, mask=time == MISSING).cast(pa.timestamp("us", "UTC")),
            }
            rows = pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
            yield Batch("host_name", rows)


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
