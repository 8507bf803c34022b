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
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.traffic.side_by_side import DIGITS as MOST_DIGITS
from evenhand.traffic.side_by_side import Bytes
from evenhand.traffic.zeek_log import FRACTIONS, KINDS, LISTS, WHOLE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]

SHAPES = 16  # tried in one block
VALUES = 100  # of one line
BETWEEN_BYTES = 1000  # two values of it
TEXT, DIGITS, NUMBER, TRUTH, SAID = range(5)  # SAID: what must be said so in every line
AHEAD = (3, 2, 2, 1)  # words of a value that are looked at with what is said before it
FIELD = re.compile(
    rb'"([^"\\]*)":(?:"([^"\\]*)"|(\[\])|(true|false)'
    rb"|((?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?))([,}])"
)
NEEDED = ("conn_state", "id.orig_h", "id.resp_h")  # by these a record is one of a connection
CONN = KINDS["conn"]
ADDRESSES = ("id.orig_h", "id.resp_h")
WORDS = {"id.orig_h": 2, "id.resp_h": 2, "proto": 1, "history": 1}  # of texts, that are of use
SHORT = 16  # bytes of an address that is given in as many, zeros behind it
FEW = 16  # different texts that are told apart one by one
TUNNELLED = ("uid", "tunnel_parents")
OTHER = {name for names in KINDS.values() for name in names} - {*CONN}


class Quick(NamedTuple):
    """Lines of a block that are connections of some shape, and the rest."""

    lines: Integers  # which, from 0
    columns: dict[str, pa.Array]
    others: list[int]  # which, from 0
    rest: bytes  # the others


class Shape(NamedTuple):
    """What lines of one kind have in common."""

    names: list[str]  # of the values
    kinds: list[int]
    between: list[bytes]  # before the first value, between each two, and behind the last


def shape_of(line: bytes) -> Shape | None:
    """The shape of a line with its line feed; None where it is not plain enough."""
    if not line.startswith(b"{"):
        return None
    at, between = 1, [b"{"]
    names: list[str] = []
    kinds: list[int] = []
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
        at = match.end()
        if after == b"}":
            break
    if line[at:] != b"\n" or not between[-1].endswith(b"}") or not {*NEEDED} <= {*names}:
        return None
    between[-1] += b"\n"
    if max(map(len, between)) > BETWEEN_BYTES:
        return None
    return Shape(names, kinds, between)


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

    shape = shape_of(data[: data.find(b"\n") + 1])
    if shape is None or b"\\" in data:
        return None
    block = _Block(data)
    if not block.plain:
        return None
    wanted = {*CONN} if tunnels else {*CONN} - {*TUNNELLED}
    found: list[_Cut] = []
    others: list[int] = []
    left = np.arange(len(block.feeds))
    for _ in range(SHAPES):
        if not len(left):
            break
        shape = shape_of(block.line(int(left[0]))) if left[0] else shape
        cut = block.cut(left, shape, wanted) if shape else None
        if cut is None or not len(cut.rows) or cut.rows[0] != left[0]:
            others.append(int(left[0]))
            left = left[1:]
        if cut is not None and len(cut.rows):
            found.append(cut)
            there = np.zeros(len(block.feeds), bool)
            there[cut.rows] = True
            left = left[np.flatnonzero(~there[left])]
    if not found:
        return None
    others += left.tolist()
    rest = b"".join(block.line(number) for number in others)
    lines = [cut.rows for cut in found]
    columns = _joined(found, wanted, block.bytes)
    return Quick(np.concatenate(lines) if len(lines) > 1 else lines[0], columns, others, rest)


class _Cut(NamedTuple):
    """The values of lines of one shape that are asked for."""

    rows: Integers  # the numbers of the lines
    columns: dict[str, tuple[Any, ...]]  # of numbers: these; of texts: where they lie, first words


class _Block:
    """Bytes of whole lines, and where in them lines end."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        self.data = data
        self.bytes = Bytes(data)
        odd = self.bytes.odd()
        values = self.bytes.raw[odd]
        feeds = values == 0x0A
        # no other control characters than line feeds, and all is UTF-8
        self.plain = bool(data.endswith(b"\n") and (feeds | (values > 0x7F)).all())
        if self.plain and not feeds.all():
            odd = odd[feeds]
            self.plain = _is_text(data)
        self.feeds = odd
        self.starts = np.concatenate([[0], odd[:-1] + 1])

    def line(self, number: int) -> bytes:
        """A line with its line feed."""
        return self.data[self.starts[number] : self.feeds[number] + 1]

    def cut(self, rows: Integers, shape: Shape, wanted: Collection[str]) -> _Cut:
        """Those of some lines that have a shape: it is gone through in all of them at once."""
        import numpy as np

        at = self.starts[rows]
        bad = np.zeros(len(rows), bool)
        columns: dict[str, Any] = {}
        for said, name, kind in zip(shape.between, shape.names, shape.kinds, strict=False):
            at, ahead, other = self.bytes.past(at, said, AHEAD[kind])
            bad |= other
            if np.count_nonzero(bad) * 8 > len(bad):  # they are gone through in vain
                good = np.flatnonzero(~bad)
                rows, at, ahead, bad = rows[good], at[good], ahead[good], bad[good]
                columns = {n: tuple(c[good] for c in cs) for n, cs in columns.items()}
            value, size, odd = self._value(at, ahead, kind, name in wanted)
            bad |= odd
            if name in wanted:
                words = (ahead[:, n] for n in range(WORDS.get(name, 0)))
                columns[name] = (at, size, *words) if kind == TEXT else (value,)
            at = np.minimum(at + size, self.bytes.length)
        at, _, other = self.bytes.past(at, shape.between[-1], 0)
        bad |= other
        bad |= at != self.feeds[rows] + 1
        if bad.any():
            good = np.flatnonzero(~bad)
            rows = rows[good]
            columns = {n: tuple(c[good] for c in cs) for n, cs in columns.items()}
        return _Cut(rows, columns)

    def _value(
        self, at: Integers, ahead: Any, kind: int, wanted: bool
    ) -> tuple[Any, Integers, Any]:
        """The values at some places, their sizes, and which of them are none of their kind."""
        import numpy as np

        if kind == TEXT:
            return None, *self.bytes.texts(at, ahead)
        if kind == TRUTH:
            return None, *self.bytes.truths(ahead)
        if kind == NUMBER:
            return self.bytes.numbers(at, ahead, wanted)
        value, size, bad = self.bytes.whole(at, ahead, wanted)
        return None if value is None else value.view(np.int64), size, bad | (size > MOST_DIGITS)


def _is_text(data: bytes) -> bool:
    try:
        return bool(data.decode())
    except UnicodeDecodeError:
        return False


def _few(parts: Sequence[tuple[Any, ...]], data: Bytes) -> pa.Array:
    """Texts by where they lie and their first word, of which most are the same."""
    import numpy as np
    import pyarrow as pa

    sizes, words = (np.concatenate([part[n] for part in parts]) for n in (1, 2))
    left = np.arange(len(words) if sizes.max(initial=0) <= 8 else 0)
    words = words & _masks()[np.minimum(sizes, 8)]
    codes = np.zeros(len(words), np.int32)
    values: list[str] = []
    while len(left) and len(values) < FEW:
        one = words[left[0]]
        same = words[left] == one
        codes[left[np.flatnonzero(same)]] = len(values)
        left = left[np.flatnonzero(~same)]
        values.append(one.tobytes().rstrip(b"\0").decode())
    if len(left) or not values:
        return pa.concat_arrays([data.taken(*part[:2]) for part in parts]).dictionary_encode()
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values, pa.string()))


def _letters(sizes: Integers, words: Any) -> pa.Array:
    """The first letter of each text, `?` for one that is not of ASCII."""
    import numpy as np
    import pyarrow as pa

    letters = (words & np.uint64(0xFF)).astype(np.uint8)
    letters[letters > 0x7F] = ord("?")
    edges = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes > 0, out=edges[1:])
    letters = letters[np.flatnonzero(sizes > 0)]
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.string(), len(sizes), buffers)


def _masks() -> Any:
    """For so many bytes at the beginning of a word, a number that keeps these alone."""
    import numpy as np

    return np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)


def _addresses(parts: Sequence[tuple[Any, ...]], data: Bytes) -> pa.Array:
    """Texts by where they lie and their first two words; in 16 bytes each if none is longer."""
    import numpy as np
    import pyarrow as pa

    sizes, first, second = (np.concatenate([part[n] for part in parts]) for n in (1, 2, 3))
    if sizes.max(initial=0) > SHORT:
        return pa.concat_arrays([data.taken(*part[:2]) for part in parts]).dictionary_encode()
    masks = _masks()
    words = np.empty((len(sizes), 2), np.uint64)
    words[:, 0] = first & masks[np.minimum(sizes, 8)]
    words[:, 1] = second & masks[np.maximum(sizes - 8, 0)]
    buffers = [None, pa.py_buffer(words)]
    return pa.Array.from_buffers(pa.binary(SHORT), len(sizes), buffers)


def _joined(found: Sequence[_Cut], wanted: Collection[str], data: Bytes) -> dict[str, pa.Array]:
    """The columns that the facts need, of all shapes; of `history` its first letter."""
    import numpy as np
    import pyarrow as pa

    sizes = [len(cut.rows) for cut in found]

    def numbers(name: str, missing: float, kind: Any) -> Any:
        parts = [
            cut.columns[name][0] if name in cut.columns else np.full(size, missing, kind)
            for cut, size in zip(found, sizes, strict=True)
        ]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def texts(name: str) -> pa.Array:
        made = []
        for cut, size in zip(found, sizes, strict=True):
            if name not in cut.columns:
                made.append(pa.nulls(size, pa.string()))
            elif name == "history":
                made.append(_letters(*cut.columns[name][1:]))
            else:
                made.append(data.taken(*cut.columns[name][:2]))
        return pa.concat_arrays(made) if len(made) > 1 else made[0]

    columns: dict[str, pa.Array] = {}
    for name in CONN:
        if name not in wanted:
            continue
        if name in WHOLE:
            columns[name] = pa.array(numbers(name, -1, np.int64))
        elif name in FRACTIONS:
            columns[name] = pa.array(numbers(name, np.nan, np.float64), from_pandas=True)
        elif name in ADDRESSES:
            columns[name] = _addresses([cut.columns[name] for cut in found], data)
        elif name in LISTS:
            columns[name] = pa.nulls(sum(sizes), pa.string())
        elif name == "proto" and all(name in cut.columns for cut in found):
            columns[name] = _few([cut.columns[name] for cut in found], data)
        else:
            columns[name] = texts(name)
    return columns
