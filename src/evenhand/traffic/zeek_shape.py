"""Connections in Zeek's JSON lines by their shape: many lines with the same names in a row.

Of a line, the first of its shape, it is told what stands before, between and behind its values.
Lines that are the same but for the values are then cut at once, in columns. Whatever is not
plainly of a shape (an escape, a list, a negative number, a blank) is left to who reads one
record after the other, so that no second meaning of JSON arises here: what is taken is JSON, and
gives what it would there.

Spec: Zeek JSON writer; RFC 8259 §6, §7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.traffic.zeek_log import FRACTIONS, KINDS, LISTS, WHOLE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Truths = np.ndarray[Any, np.dtype[np.bool_]]

SHAPES = 16  # tried in one block
VALUES = 100  # of one line
TEXT, DIGITS, NUMBER, TRUTH, SAID = range(5)  # SAID: what must be said so in every line
NUMERAL = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
FIELD = re.compile(
    rb'"([^"\\]*)":(?:"([^"\\]*)"|(\[\])|(true|false)|(' + NUMERAL.encode() + rb"))([,}])"
)
NEEDED = ("conn_state", "id.orig_h", "id.resp_h")  # by these a record is one of a connection
CONN = KINDS["conn"]
FEW = ("id.orig_h", "id.resp_h", "proto")  # few different values in many records
TUNNELLED = ("uid", "tunnel_parents")
OTHER = {name for names in KINDS.values() for name in names} - {*CONN}
TRUE, FALSE = 0x65757274, 0x736C6166  # their first four bytes as a number


class Quick(NamedTuple):
    """Lines of a block that are connections of some shape, and the rest."""

    lines: Integers  # which, from 0
    columns: dict[str, pa.Array]
    others: list[int]  # which, from 0
    rest: bytes  # the others


class Shape(NamedTuple):
    """What lines of one kind have in common."""

    pairs: int  # names in the line
    names: list[str]  # of the values
    kinds: list[int]
    places: list[int]  # which pair each value is of
    between: list[bytes]  # before the first value, between each two, and behind the last


def shape_of(line: bytes) -> Shape | None:
    """The shape of a line with its line feed; None where it is not plain enough."""
    if not line.startswith(b"{"):
        return None
    at, between = 1, [b"{"]
    names: list[str] = []
    kinds: list[int] = []
    places: list[int] = []
    told: set[str] = set()
    while match := FIELD.match(line, at):
        raw, text, empty, truth, number, after = match.groups()
        name = raw.decode("utf-8", "replace")
        kind = _kind(name, text, empty, truth, number)
        if kind is None or name in told or len(told) >= VALUES:
            return None
        told.add(name)
        quote = b'"' if kind == TEXT else b""
        if kind == SAID:
            between[-1] += match[0]
        else:
            between[-1] += b'"' + raw + b'":' + quote
            between.append(quote + after)
            names.append(name)
            kinds.append(kind)
            places.append(len(told) - 1)
        at = match.end()
        if after == b"}":
            break
    if line[at:] != b"\n" or not between[-1].endswith(b"}") or not {*NEEDED} <= {*names}:
        return None
    between[-1] += b"\n"
    return Shape(len(told), names, kinds, places, between)


def _kind(
    name: str, text: bytes | None, empty: bytes | None, truth: bytes | None, number: bytes | None
) -> int | None:
    """How a value is read; None where a record with it is better read as a whole."""
    if name == "_path":
        return SAID if text == b"conn" else None
    if name in OTHER:
        return None  # where kinds are mixed it has a type of its own
    if name not in CONN and name not in NEEDED:
        if text is not None:
            return TEXT
        return TRUTH if truth else SAID if empty else DIGITS if _whole(number) else NUMBER
    if name in FRACTIONS:
        return NUMBER if number else None
    if name in WHOLE:
        return DIGITS if _whole(number) else None
    if name in LISTS:
        return SAID if empty else None
    return TEXT if text is not None else None


def _whole(number: bytes | None) -> bool:
    return number is not None and number.isdigit()


def quick(data: bytes, tunnels: bool) -> Quick | None:
    """Connections in whole lines; None where no line is plain, or something in them is not.

    `tunnels` says whether the names of connections are asked for.
    """
    import numpy as np

    first = data[: data.find(b"\n") + 1]
    if shape_of(first) is None or b"\\" in data:
        return None
    block = _Block(data)
    if not block.plain:
        return None
    found, left = [], block.lines
    for _ in range(SHAPES):
        if not len(left):
            break
        shape = shape_of(block.line(int(left[0])))
        if shape is None:
            break
        of = block.pairs_in[left] == shape.pairs
        cut = block.cut(left[of], shape)
        if cut is None or not len(cut.rows) or cut.rows[0] != left[0]:
            break
        found.append(cut)
        left = left[~np.isin(left, cut.rows, assume_unique=True)]
    others = left.tolist()
    rest = b"".join(block.line(number) for number in others)
    columns = _joined(found, tunnels) if found and block.quotes_are(found, rest) else None
    if columns is None:
        return None
    return Quick(np.concatenate([cut.rows for cut in found]), columns, others, rest)


class _Block:
    """Bytes of whole lines, and where in them lines and names end."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        self.data = data
        self.raw = raw = np.frombuffer(data, np.uint8)
        self.feeds = np.flatnonzero(raw == 0x0A)
        ends = raw[1:] == 0x3A
        ends &= raw[:-1] == 0x22
        self.names_end = np.flatnonzero(ends)  # at the quote before a colon
        self.until = np.searchsorted(self.names_end, self.feeds)  # names up to each line's end
        self.lines: Integers = np.arange(len(self.feeds))
        self.starts = np.concatenate([[0], self.feeds[:-1] + 1])
        self.pairs_in = np.diff(self.until, prepend=0)

    @property
    def plain(self) -> bool:
        """Whether there are no other control characters than line feeds, and all is UTF-8."""
        import numpy as np

        if not self.data.endswith(b"\n"):
            return False
        if np.count_nonzero(self.raw < 0x20) != len(self.feeds):
            return False
        try:
            return self.data.isascii() or bool(self.data.decode())
        except UnicodeDecodeError:
            return False

    def line(self, number: int) -> bytes:
        """A line with its line feed."""
        return self.data[self.starts[number] : self.feeds[number] + 1]

    def quotes_are(self, found: Sequence[_Cut], rest: bytes) -> bool:
        """Whether no value has a quote inside: there are but those around names and values."""
        import numpy as np

        wanted = sum(len(c.rows) * b"".join(c.shape.between).count(b'"') for c in found)
        wanted += rest.count(b'"')
        return int(np.count_nonzero(self.raw == 0x22)) == wanted

    def cut(self, rows: Integers, shape: Shape) -> _Cut | None:
        """Those of some lines that have a shape; None where a value of them is not plain."""
        import numpy as np
        import pyarrow as pa

        lengths = np.array([len(b) for b in shape.between])
        behind_name = np.array([3 if kind == TEXT else 2 for kind in shape.kinds])
        first = self.until[rows] - shape.pairs
        start = self.names_end[first[:, None] + np.array(shape.places)] + behind_name
        edges = np.empty((len(rows), 2 * len(shape.names) + 2), np.int32)
        edges[:, 0], edges[:, -1] = self.starts[rows], self.feeds[rows] + 1
        edges[:, 1:-1:2] = start
        edges[:, 2:-2:2] = start[:, 1:] - lengths[1:-1]
        edges[:, -2] = edges[:, -1] - lengths[-1]
        good = (edges[:, 2:-1:2] >= edges[:, 1:-1:2]).all(1)
        good &= edges[:, 1] - edges[:, 0] == lengths[0]
        if not good.all():
            rows, edges = rows[good], edges[good]
        if not len(rows):
            return None
        width = edges.shape[1]
        buffers = [None, pa.py_buffer(np.ascontiguousarray(edges)), pa.py_buffer(self.data)]
        pieces = pa.Array.from_buffers(pa.binary(), edges.size - 1, buffers)
        beside = np.arange(width) % 2 == 0
        kept = pieces.filter(pa.array(np.tile(beside, len(rows))[:-1]))
        which = _same(kept.buffers()[2], b"".join(shape.between), len(rows))
        return _Cut(shape, rows[which], pieces, which * width + 1, edges[which]).checked(self.raw)


def _same(said: pa.Buffer, common: bytes, lines: int) -> Integers:
    """Which lines say what is common beside their values."""
    import numpy as np
    import pyarrow as pa

    if said.equals(pa.py_buffer(common * lines)):
        every: Integers = np.arange(lines)
        return every
    raw = np.frombuffer(said, np.uint8, lines * len(common)).reshape(lines, -1)
    return np.flatnonzero((raw == np.frombuffer(common, np.uint8)).all(1))


class _Cut(NamedTuple):
    """Lines of one shape, cut in pieces."""

    shape: Shape
    rows: Integers  # their numbers
    pieces: pa.Array
    firsts: Integers  # the number of the piece that is the first value of each line
    edges: Any

    def values(self, names: Sequence[str]) -> pa.Array:
        """The values of some names, line after line."""
        import numpy as np
        import pyarrow as pa

        own = np.array([2 * self.shape.names.index(name) for name in names], np.int64)
        numbers = (self.firsts[:, None] + own).ravel()
        return self.pieces.take(pa.array(numbers)).view(pa.string())

    def of_kind(self, kind: int) -> list[str]:
        """The names whose values are of a kind."""
        return [n for n, k in zip(self.shape.names, self.shape.kinds, strict=True) if k == kind]

    def checked(self, raw: Any) -> _Cut | None:
        """None where a value that no one asks for is no JSON of its kind."""
        import numpy as np

        words: Any = np.ndarray((len(raw) - 3,), "<u4", raw, 0, (1,))
        for name in self.of_kind(TRUTH):
            at = 1 + 2 * self.shape.names.index(name)
            start, size = self.edges[:, at], self.edges[:, at + 1] - self.edges[:, at]
            word = words[start]
            true = (word == TRUE) & (size == 4)
            if not (true | ((word == FALSE) & (size == 5) & (raw[start + 4] == 0x65))).all():
                return None
        return self


def _numbers(cut: _Cut) -> dict[str, Any] | None:
    """The columns of numbers of a shape; None where one is not plain JSON."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found: dict[str, Any] = {}
    try:
        for kind, type_ in ((DIGITS, pa.int64()), (NUMBER, pa.float64())):
            names = cut.of_kind(kind)
            if names:
                texts = cut.values(names)
                if not (_digits(texts) if kind == DIGITS else _numerals(texts)):
                    return None
                table = pc.cast(texts, type_).to_numpy().reshape(-1, len(names))
                if not np.isfinite(table).all():
                    return None
                found |= {name: table[:, at] for at, name in enumerate(names)}
    except pa.ArrowInvalid:  # beyond 64 bits
        return None
    return found


def _digits(texts: pa.Array) -> bool:
    """Whether every text is made of digits, and none begins with a zero too many."""
    import numpy as np

    ends = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1)
    raw = np.frombuffer(texts.buffers()[2] or b"", np.uint8, int(ends[-1]))
    size = np.diff(ends)
    if not size.all() or ((raw - np.uint8(0x30)) > 9).any():
        return False
    return not ((raw[ends[:-1]] == 0x30) & (size > 1)).any()


def _numerals(texts: pa.Array) -> bool:
    """Whether every text is a number as JSON writes it: the plain ones (`0.5`, `17`) at once."""
    import numpy as np
    import pyarrow.compute as pc

    ends = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1)
    raw = np.frombuffer(texts.buffers()[2] or b"", np.uint8, int(ends[-1]))
    if np.diff(ends).all() and ((raw - np.uint8(0x30) <= 9) | (raw == 0x2E)).all():
        first, second, last = raw[ends[:-1]], raw[np.minimum(ends[:-1] + 1, len(raw) - 1)], ends[1:]
        zero = (first == 0x30) & (np.diff(ends) > 1) & (second != 0x2E)
        if not (zero | (first == 0x2E) | (raw[last - 1] == 0x2E)).any():
            return True  # of two points in one, the library that converts it complains
    found: bool = pc.all(pc.match_substring_regex(texts, f"^(?:{NUMERAL})$")).as_py()
    return found


def _joined(found: Sequence[_Cut], tunnels: bool) -> dict[str, pa.Array] | None:
    """The columns that the facts need, of all shapes; None where a number is not plain."""
    import numpy as np
    import pyarrow as pa

    numbers = [_numbers(cut) for cut in found]
    if any(columns is None for columns in numbers):
        return None
    sizes = [len(cut.rows) for cut in found]

    def joined(name: str, missing: float, kind: Any) -> Any:
        parts: list[Mapping[str, Any]] = [columns or {} for columns in numbers]
        filled = (
            part[name] if name in part else np.full(size, missing, kind)
            for part, size in zip(parts, sizes, strict=True)
        )
        return np.concatenate([*filled])

    columns: dict[str, pa.Array] = {}
    for name in CONN:
        if name in TUNNELLED and not tunnels:
            continue
        if name in WHOLE:
            columns[name] = pa.array(joined(name, -1, np.int64))
        elif name in FRACTIONS:
            columns[name] = pa.array(joined(name, np.nan, np.float64), from_pandas=True)
        elif name in LISTS:
            columns[name] = pa.nulls(sum(sizes), pa.string())
        else:
            texts = pa.concat_arrays(
                [
                    cut.values([name]) if name in cut.shape.names else pa.nulls(size, pa.string())
                    for cut, size in zip(found, sizes, strict=True)
                ]
            )
            columns[name] = texts.dictionary_encode() if name in FEW else texts
    return columns
