"""Connections of a phone as PCAPdroid exports them (CSV): flows with the app that made them.

Spec: PCAPdroid, export of connections as CSV; RFC 4180.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item
from evenhand.traffic import clock
from evenhand.traffic.address import canonical
from evenhand.traffic.host_names import HostNames, without_port
from evenhand.traffic.lines import Block, blocks, parsed
from evenhand.traffic.record import Label, protocol_number
from evenhand.traffic.row_buffer import Row, RowBuffer, count, port

VERSION = "1"
RECOGNISES = {"fields": ("IPProto", "SrcIP", "SrcPort", "DstPort", "App", "BytesRcvd")}
EMITS = ("flow", "host_name", "mention")
CANNOT_SEE = {
    "flow": (
        "frames: bytes are those of IP packets; apps that the capture left out, and traffic "
        "before it began; which program inside a shared user made a connection"
    ),
    "host_name": (
        "names hidden by encrypted ClientHello; whether a name came from the connection itself "
        "or from an earlier answer of a resolver"
    ),
    "mention": "the log holds no other names",
}

NAMED = {"dns": "dns question", "http": "http", "https": "tls", "tls": "tls", "quic": "quic"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the connections; stops at the first line that is none."""
    stopped: list[Unreadable] = []
    flows, names = RowBuffer("line"), HostNames()
    with artefact.open() as stream:
        line = stream.readline(1 << 16).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    fields = [f.strip(' "').lower() for f in line.strip("\r\n").split(",")]
    if not {"ipproto", "srcip", "dstip", "app"} <= {*fields}:
        raise NotThisFormat("the first line does not name the ends and the app")
    for block, rows in parsed(_records(artefact), lambda b: _rows(b.data, fields), stopped):
        for place, said in enumerate(rows):
            if said:
                yield from flows.add(_flow(said, block.number + place))
                _name(said, names, block.number + place)
        yield from names.full()
    yield from flows.finish()
    yield from names.finish()
    if stopped:
        raise stopped[0]


def _records(artefact: Artefact) -> Iterator[Block]:
    """Blocks without the line of names."""
    for block in blocks(artefact):
        if block.number > 1:
            yield block
            continue
        at = block.data.find(b"\n") + 1 or len(block.data)
        if at < len(block.data):
            yield Block(block.data[at:], block.offset + at, 2, block.last)


def _rows(data: bytes, fields: Sequence[str]) -> list[dict[str, str]]:
    """Each line as a record, an empty one as none. Raises ValueError."""
    found = []
    for line in data.decode("utf-8", "backslashreplace").splitlines():
        try:
            cells = next(csv.reader([line]), [])
        except csv.Error as error:
            raise ValueError(str(error)) from None
        if len(cells) > len(fields) and "app" in fields:
            # Apps are named as they call themselves, commas included, without quotes.
            at, more = fields.index("app"), len(cells) - len(fields) + 1
            cells[at : at + more] = [",".join(cells[at : at + more])]
        if cells and len(cells) < len(fields) - 1:
            raise ValueError(f"{len(cells)} values for {len(fields)} names")
        said = dict(zip(fields, cells, strict=False))
        if said and canonical(said["dstip"]) is None:
            raise ValueError(f"{said['dstip'][:40]!r} is no address")
        found.append(said)
    return found


def _flow(said: dict[str, str], number: int) -> Row:
    status = said.get("status", "").lower()
    return Row(
        number,
        said["srcip"],
        said["dstip"],
        port(said.get("srcport")),
        port(said.get("dstport")),
        protocol_number(said["ipproto"]),
        count(said.get("pktssent")),
        count(said.get("bytessent")),
        count(said.get("pktsrcvd")),
        count(said.get("bytesrcvd")),
        _time(said.get("firstseen")),
        _time(said.get("lastseen")),
        label=Label(
            "ip", app=said["app"] or None, action="rejected" if "block" in status else None
        ),
    )


def _time(text: str | None) -> int:
    """Milliseconds since 1970, or a text."""
    found = count(text)
    try:
        return clock.microseconds(found, 1000) if found >= 0 else clock.microseconds(text)
    except ValueError:
        return clock.NO_TIME


def _name(said: dict[str, str], names: HostNames, number: int) -> None:
    kind = said.get("proto", "").lower().partition(".")[0]
    info = without_port(said.get("info", "").strip().partition("/")[0])
    if not info or " " in info:
        return
    at = _time(said.get("firstseen"))
    if kind == "dns":
        names.add(info, "dns question", number, at)
    else:
        names.add(info, NAMED.get(kind, "tls"), number, at, canonical(said["dstip"]))
