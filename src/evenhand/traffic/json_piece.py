"""The elements of arrays in a JSON document, one after the other, so that none is held whole.

A document of any length is cut at the commas that part the elements of arrays at one depth; each
piece is then decoded for itself. Quotes and brackets are looked at many at a time.

Spec: RFC 8259.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable

if TYPE_CHECKING:
    import numpy as np

BLOCK_BYTES = 4 << 20
PIECE_BYTES = 96 << 20  # one element; a longer one is not held
BOM = b"\xef\xbb\xbf"


class Piece(NamedTuple):
    """One element as it stands in the document, white space around it included."""

    data: bytes
    offset: int


def values(artefact: Artefact) -> Iterator[Piece]:
    """The elements of a document that is one array, else its objects one after the other."""
    with artefact.open() as stream:
        head = stream.read(1 << 16).removeprefix(BOM).lstrip()
    yield from pieces(artefact, 1 if head.startswith(b"[") else 0)


def pieces(artefact: Artefact, depth: int) -> Iterator[Piece]:
    """Everything between the brackets, and the commas, that lie `depth` brackets deep.

    In `{"records": [A, B]}` the elements lie at depth 2; depth 0 gives whole objects and arrays.
    Raises `Unreadable` where an element is too long, or the document ends inside one.
    """
    cutter = _Cutter(depth)
    with artefact.open() as stream:
        data = stream.read(BLOCK_BYTES)
        if data.startswith(BOM):
            data, cutter.offset = data[len(BOM) :], len(BOM)
        while data:
            yield from cutter.cut(data)
            if len(cutter.held) > PIECE_BYTES:
                raise Unreadable(
                    f"one element is longer than {PIECE_BYTES >> 20} MiB", cutter.held_from
                )
            data = stream.read(BLOCK_BYTES)
    if cutter.depth > 0 or cutter.quoted:
        raise Unreadable("the document breaks off", cutter.held_from)


class _Cutter:
    """Where the reading stands: depth, whether inside a string, and the element begun."""

    def __init__(self, wanted: int) -> None:
        self.offset = 0  # of the next byte to come
        self.depth, self.quoted, self.escaped = 0, False, False
        self.held, self.held_from = bytearray(), 0
        self._wanted = wanted
        self._stray: int | None = None  # a bracket that closes what none has opened

    def cut(self, data: bytes) -> Iterator[Piece]:
        """The elements that end in these bytes."""
        import numpy as np

        raw = np.frombuffer(data, np.uint8)
        depth, cuts, opens = self._look(data, raw)
        at = 0
        for end in cuts.tolist():
            if opens[end]:  # a bracket that opens an array or object at this depth
                self.held.clear()
            else:
                self.held += data[at : end + (self._wanted == 0)]
                if self.held.strip():
                    yield Piece(bytes(self.held), self.held_from)
                self.held.clear()
            at = end + 1
            self.held_from = self.offset + at
        if self._stray is not None:
            raise Unreadable("a bracket closes what none has opened", self._stray)
        if depth >= self._wanted:
            self.held += data[at:]
        else:
            self.held_from = self.offset + len(data)
        self.offset += len(data)

    def _look(self, data: bytes, raw: np.ndarray[Any, Any]) -> tuple[int, Any, Any]:
        """The depth at the end, where elements begin or end, and which of these are beginnings."""
        import numpy as np

        quotes = np.nonzero(raw == 0x22)[0]
        if self.escaped or b"\\" in data:
            quotes = self._unescaped(raw, quotes)
        marks = np.nonzero((raw | 0x20) == 0x7B)[0]  # [ and {
        ends = np.nonzero((raw | 0x20) == 0x7D)[0]  # ] and }
        commas = np.nonzero(raw == 0x2C)[0]
        at = np.concatenate([marks, ends, commas])
        step = np.concatenate(
            [np.ones(len(marks), np.int64), -np.ones(len(ends), np.int64), np.zeros(len(commas))]
        ).astype(np.int64)
        outside = (np.searchsorted(quotes, at) + self.quoted) % 2 == 0
        order = np.argsort(at[outside], kind="stable")
        at, step = at[outside][order], step[outside][order]
        self.quoted = bool((len(quotes) + self.quoted) % 2)
        level = self.depth + np.cumsum(step)
        before = level - step
        opening = (step == 1) & (level == self._wanted)
        ending = ((step == -1) & (before == self._wanted)) | ((step == 0) & (level == self._wanted))
        if len(level) and level.min() < 0:
            first = int(np.argmax(level < 0))
            self._stray = self.offset + int(at[first])
            at, step, level, opening, ending = (
                column[:first] for column in (at, step, level, opening, ending)
            )
        if self._wanted == 0:
            opening, ending = np.zeros(len(at), bool), (step == -1) & (level == 0)
        self.depth = int(level[-1]) if len(level) else self.depth
        chosen = opening | ending
        opens = dict(zip(at[chosen].tolist(), opening[chosen].tolist(), strict=True))
        return self.depth, at[chosen], opens

    def _unescaped(self, raw: np.ndarray[Any, Any], quotes: Any) -> Any:
        """Quotes that no backslash takes away: those behind an even run of backslashes."""
        import numpy as np

        back = raw == 0x5C
        # Length of the run of backslashes that ends right before each byte.
        places = np.arange(len(raw))
        last_other = np.maximum.accumulate(np.where(back, -1, places))
        run = places - last_other  # at a backslash: its place in its run, from 1
        carried = np.where(last_other < 0, int(self.escaped), 0)
        behind = np.zeros(len(raw), np.int64)
        behind[1:] = (run + carried)[:-1] * back[:-1]
        behind[:1] = int(self.escaped)
        self.escaped = bool(back[-1] and (run[-1] + carried[-1]) % 2)
        return quotes[behind[quotes] % 2 == 0]
