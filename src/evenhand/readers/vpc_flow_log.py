"""AWS flow logs as text (VPC, transit gateway), by the names in their first line.

Spec: Amazon VPC user guide, Flow log records (versions 2 to 10); Transit Gateway Flow Logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.traffic.lines import Block, blocks, lines_in, numbers_of, parsed
from evenhand.traffic.vpc import NUMBERS, WORDS, VpcLog, name_of

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = "1"
RECOGNISES = {"fields": ("srcaddr", "dstaddr")}
EMITS = ("flow", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets; traffic that flow logs leave out (to the "
        "resolver, metadata and time services of the cloud, mirrored, DHCP, ARP); records "
        "that the log says were skipped; who began a flow where the log has no TCP flags"
    ),
    "mention": "the log holds no names",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the flows; stops at the first line that is no record."""
    stopped: list[Unreadable] = []
    log = VpcLog("line")
    head = _Head(artefact)
    for block, columns in parsed(head.runs(), head.columns, stopped, artefact):
        rows = len(columns["srcaddr"])
        yield from log.take(columns, numbers_of(block, rows))
    yield from log.flows.finish()
    if log.skipped:
        yield Partly(f"{log.skipped} records say that the log skipped data (SKIPDATA)")
    if log.flows.odd:
        yield Partly(f"{log.flows.odd} records have an end that is no address")
    if stopped:
        raise stopped[0]


class _Head:
    """The first line, and the records behind it; files joined end to end repeat it."""

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact
        with artefact.open() as stream:
            self.line = stream.readline(1 << 16).removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
        self.separator = next((s for s in (",", "\t") if s.encode() in self.line), " ")
        cells = self.line.decode("utf-8", "replace").split(self.separator)
        names = [name_of(cell) for cell in cells]
        self.names = [n if n not in names[:i] else f"{n} {i}" for i, n in enumerate(names)]
        if not {"srcaddr", "dstaddr"} <= {*self.names}:
            raise NotThisFormat("the first line does not name srcaddr and dstaddr")

    def runs(self) -> Iterator[Block]:
        """Blocks of records without the line of names."""
        for block in blocks(self._artefact):
            data, at = block.data, 0
            while at < len(data):
                if data.startswith(self.line, at):
                    at = data.find(b"\n", at) + 1 or len(data)
                    continue
                end = data.find(b"\n" + self.line, at) + 1 or len(data)
                number = block.number + lines_in(data, 0, at)
                last = block.last and end == len(data)
                yield Block(data[at:end], block.offset + at, number, last)
                at = end

    def columns(self, block: Block) -> dict[str, pa.Array]:
        """The columns that the facts need. Raises ValueError."""
        import pyarrow as pa
        from pyarrow import csv

        data = block.data
        wanted = [n for n in self.names if n in WORDS or n in NUMBERS]
        coded = pa.dictionary(pa.int32(), pa.string())
        kinds = {n: coded if n in WORDS else pa.int64() for n in wanted}
        if "protocol" in kinds:
            kinds["protocol"] = coded
        table = csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(
                column_names=self.names, use_threads=False, block_size=len(data) + 1
            ),
            parse_options=csv.ParseOptions(
                delimiter=self.separator,
                quote_char='"' if b'"' in data else False,  # to look for none takes half the time
            ),
            convert_options=csv.ConvertOptions(
                column_types=kinds,
                include_columns=wanted,
                null_values=["-", ""],
                strings_can_be_null=True,
            ),
        )
        return {n: table.column(n).combine_chunks() for n in wanted}
