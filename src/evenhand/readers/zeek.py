"""Zeek logs as tables (conn, dns, ssl, quic, http, x509, files): flows, names, certificates.

The columns are those that the log's own `#fields` line names, in whatever order.

Spec: Zeek, Log Files; Zeek ASCII writer (#separator, #set_separator, #unset_field, …).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item
from evenhand.traffic.lines import Block, blocks, lines_in, numbers_of, parsed
from evenhand.traffic.zeek_log import FRACTIONS, KINDS, TRUTHS, WHOLE, Tunnels, ZeekLog, plain_name

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = "1"
RECOGNISES = {"magic": ((0, "23736570617261746f72"),)}  # #separator
EMITS = ("flow", "host_name", "certificate", "carried_file", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets, or of the payload where a log has no others; "
        "what Zeek did not see or dropped; the outer layer of tunnels that Zeek keeps in no "
        "connection (GRE, IP in IP)"
    ),
    "host_name": (
        "names in logs that were not given, names in encrypted DNS or hidden by encrypted "
        "ClientHello; whether a name stood before a hidden one"
    ),
    "certificate": "the server that showed it, which stands in another log; encrypted ones",
    "carried_file": "files in encrypted connections, and the content of any file",
    "mention": "hosts that the log names otherwise than as ends of flows or as names used",
}

ESCAPED = re.compile(rb"\\x([0-9a-fA-F]{2})")
INSIDE = "tunnel_parents"  # the connections inside which one ran
UID = "uid"  # the name of one
MARKS = 100  # looked at in a row
CARRIERS = 1_000_000  # connections that carry tunnels remembered
ONE = "\x1f"  # stands for a separator of several characters
CODED = ("id.orig_h", "id.resp_h", "proto")  # few different values in many records


class Head:
    """What the lines that open with `#` have said so far of the records behind them."""

    def __init__(self) -> None:
        self.separator, self.unset, self.empty = b"\t", "-", "(empty)"
        self.path = ""
        self.fields: list[str] = []

    def take(self, line: bytes) -> None:
        """Take one line that opens with `#`."""
        line = line.rstrip(b"\r\n")
        if line.startswith(b"#separator "):
            self.separator = _plain(line[11:]) or b"\t"
            return
        word, *cells = line[1:].split(self.separator)
        said = [plain_name(c.decode("utf-8", "replace")) for c in cells]
        if word == b"unset_field":
            self.unset = "".join(said[:1])
        elif word == b"empty_field":
            self.empty = "".join(said[:1])
        elif word == b"path":
            self.path = "".join(said[:1])
        elif word == b"fields":
            self.fields = [f if f not in said[:n] else f"{f} {n}" for n, f in enumerate(said)]

    @property
    def kind(self) -> str | None:
        """The kind of log, by its path (`conn`, `conn_long`, …)."""
        return next((k for k in KINDS if re.match(rf"{k}(?![a-z0-9])", self.path)), None)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the records say; stops at the first line that is no record."""
    try:
        yield from _facts(artefact, None)
    except Tunnels:
        yield from _facts(artefact, _carriers(artefact))


def _facts(artefact: Artefact, carriers: set[str] | None) -> Iterator[Item]:
    """What the records say; without `carriers`, as long as no record names any."""
    stopped: list[Unreadable] = []
    log = ZeekLog(carriers or set())
    head = Head()
    sure = carriers is not None

    def parse(block: Block) -> dict[str, pa.Array]:
        names = KINDS.get(block.head.kind or "", ())
        if not sure:
            left_out = (UID, INSIDE) if _nothing_inside(block) else (UID,)
            names = tuple(n for n in names if n not in left_out)
        return _columns(block, names)

    for block, columns in parsed(_runs(artefact), parse, stopped, artefact):
        head = block.head
        if not sure and INSIDE in columns and columns[INSIDE].null_count < len(columns[INSIDE]):
            raise Tunnels
        if columns and head.kind:
            rows = len(next(iter(columns.values())))
            for item in log.take(head.kind, columns, numbers_of(block, rows)):
                if not sure and _carriers(artefact):
                    raise Tunnels  # before anything is given
                sure = True
                yield item
    if head.kind is None and not stopped:
        raise NotThisFormat(f"a Zeek log of another kind: {head.path[:40]!r}")
    yield from log.finish()
    if stopped:
        raise stopped[0]


def _carriers(artefact: Artefact) -> set[str]:
    """Connections inside which others ran: Zeek names them in those others' records."""
    found: set[str] = set()

    def parse(block: Block) -> dict[str, pa.Array]:
        return {} if _nothing_inside(block) else _columns(block, (INSIDE,))

    for block, columns in parsed(_runs(artefact), parse, [], artefact):
        head = block.head
        if head.kind != "conn" or INSIDE not in head.fields:
            break
        if INSIDE in columns:
            for text in columns[INSIDE].drop_null().unique().to_pylist():
                if len(found) < CARRIERS:
                    found.update(text.split(","))
    return found


def _nothing_inside(block: Block) -> bool:
    """True where every record plainly ends so: inside no other connection."""
    head, data = block.head, block.data
    if not head.fields or head.fields[-1] != INSIDE or len(head.separator) != 1:
        return False
    words = {head.unset.encode(), head.empty.encode()}
    ends = sum(data.count(head.separator + word + b"\n") for word in words)
    feeds = lines_in(data) if block.feeds is None else block.feeds
    return ends == feeds and data.endswith(b"\n")


def _runs(artefact: Artefact) -> Iterator[Block]:
    """Blocks of records, each with the head that speaks of it; an empty one with the last head."""
    head = Head()
    for block in blocks(artefact):
        data, at = block.data, 0
        while at < len(data):
            if data[at : at + 1] == b"#":
                end = data.find(b"\n", at) + 1 or len(data)
                head = copy.copy(head)  # blocks before it keep theirs
                head.take(data[at:end])
            elif (end := _next_head(data, at)) == len(data) and not at:
                yield block._replace(head=head)
            else:
                number = block.number + lines_in(data, 0, at)
                last = block.last and end == len(data)
                yield Block(data[at:end], block.offset + at, number, last, head)
            at = end
    yield Block(b"", artefact.size_bytes, 0, True, head)


def _next_head(data: bytes, at: int) -> int:
    """Where the next line begins that opens with `#`: their end if none does."""
    for _ in range(MARKS):  # to look for one character is ten times as fast as for two
        at = data.find(b"#", at + 1)
        if at < 0:
            return len(data)
        if data[at - 1] == 0x0A:
            return at
    return data.find(b"\n#", at) + 1 or len(data)


def _columns(block: Block, wanted: Sequence[str]) -> dict[str, pa.Array]:
    """Those columns of records that are wanted, if the log has them. Raises ValueError."""
    from pyarrow import ArrowInvalid

    head, data = block.head, block.data
    names = [n for n in head.fields if n in wanted]
    if not names or not data:
        return {}
    separator = head.separator
    if len(separator) > 1:
        if ONE.encode() in data:
            raise ValueError("a control character in a log with a separator of several characters")
        separator, data = ONE.encode(), data.replace(separator, ONE.encode())
    try:
        return _table(head, data, separator.decode("latin-1"), names)
    except ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
    text = data.decode("utf-8", "backslashreplace")
    return _table(head, text.encode(), separator.decode("latin-1"), names)


def _table(head: Head, data: bytes, separator: str, names: list[str]) -> dict[str, pa.Array]:
    import pyarrow as pa
    from pyarrow import csv

    kinds: dict[str, pa.DataType] = dict.fromkeys(names, pa.string())
    kinds |= {n: pa.int64() for n in names if n in WHOLE}
    kinds |= {n: pa.float64() for n in names if n in FRACTIONS}
    kinds |= {n: pa.bool_() for n in names if n in TRUTHS}
    kinds |= {n: pa.dictionary(pa.int32(), pa.string()) for n in names if n in CODED}
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(
            column_names=head.fields, use_threads=False, block_size=len(data) + 1
        ),
        parse_options=csv.ParseOptions(
            delimiter=separator, quote_char=False, double_quote=False, escape_char=False
        ),
        convert_options=csv.ConvertOptions(
            column_types=kinds,
            include_columns=names,
            null_values=[head.unset, head.empty],
            strings_can_be_null=True,
            true_values=["T"],
            false_values=["F"],
        ),
    )
    return {n: table.column(n).combine_chunks() for n in names}


def _plain(raw: bytes) -> bytes:
    return ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), raw)
