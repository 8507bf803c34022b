"""Suricata's EVE log (eve.json): flows, host names, certificates, files on their way.

Spec: Suricata user guide, EVE JSON format (versions 4 to 8); JSON Lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.carried_file import CarriedFile
from evenhand.facts.certificate import Certificate
from evenhand.readers import Item
from evenhand.traffic import clock
from evenhand.traffic.address import canonical
from evenhand.traffic.host_names import NAMED_PORTS, HostNames, without_port
from evenhand.traffic.lines import blocks, numbers_of, parsed
from evenhand.traffic.record import Label, protocol_number
from evenhand.traffic.row_buffer import Row, RowBuffer, count, port

VERSION = "1"
RECOGNISES = {"keys": ("event_type", "src_ip", "dest_ip", "timestamp")}
EMITS = ("flow", "host_name", "certificate", "carried_file", "mention")
CANNOT_SEE = {
    "flow": (
        "flows that had not ended when the log did, or whose records the log was not told to "
        "keep; which flows run inside the tunnel of another"
    ),
    "host_name": (
        "names of events that the log was not told to keep, names asked for by encrypted DNS or "
        "hidden by encrypted ClientHello"
    ),
    "certificate": "certificates of TLS 1.3, which are encrypted",
    "carried_file": "files in encrypted connections, and the content of any file",
    "mention": "hosts that the log names otherwise than as ends of flows or as names used",
}

FRAME = Label("frame")
ADDRESSED, ALIASED = ("A", "AAAA"), ("CNAME",)


class Event(msgspec.Struct, gc=False):
    """What the facts need of an event."""

    event_type: str
    timestamp: str | None = None
    src_ip: str | None = None
    src_port: int | None = None
    dest_ip: str | None = None
    dest_port: int | None = None
    proto: str | None = None
    in_iface: str | None = None
    flow: dict[str, Any] | None = None
    netflow: dict[str, Any] | None = None
    dns: dict[str, Any] | None = None
    mdns: dict[str, Any] | None = None
    tls: dict[str, Any] | None = None
    quic: dict[str, Any] | None = None
    http: dict[str, Any] | None = None
    fileinfo: dict[str, Any] | None = None


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the events say; stops at the first line that is no event."""
    stopped: list[Unreadable] = []
    log = _Log()
    decode = msgspec.json.Decoder(Event).decode_lines
    for block, events in parsed(blocks(artefact), lambda b: _decoded(decode, b.data), stopped):
        numbers = numbers_of(block, len(events))
        for number, (event, at) in zip(numbers, events, strict=False):
            yield from log.take(event, number, at)
        yield from log.names.full()
    if not log.events and not stopped:
        raise NotThisFormat("no event of Suricata")
    yield from log.finish()
    if stopped:
        raise stopped[0]


def _decoded(decode: Any, data: bytes) -> list[tuple[Event, int]]:
    """Events and their times. Raises ValueError."""
    try:
        return [(event, clock.microseconds(event.timestamp)) for event in decode(data)]
    except RecursionError:
        raise ValueError("nested too deeply") from None


class _Log:
    """What has been read of a log so far."""

    def __init__(self) -> None:
        self.events = 0
        self.names = HostNames()
        self._flows = RowBuffer("line")  # both ways in one record
        self._halves = RowBuffer("line")  # one way each (`netflow`), of the same packets
        self._whole = False

    def take(self, event: Event, number: int, at: int) -> Iterator[Item]:
        """Take one event."""
        self.events += 1
        if event.event_type == "flow" and event.flow is not None and event.dest_ip:
            self._whole = True
            yield from self._flows.add(_flow(event, event.flow, number, at))
        elif event.event_type == "netflow" and event.netflow and event.dest_ip and not self._whole:
            yield from self._halves.add(_half(event, event.netflow, number, at))
        self._dns(event, number, at)
        self._named(event, number, at)
        if event.event_type == "tls" and event.tls is not None:
            yield from _certificate(event, event.tls, number, at)
        if event.event_type == "fileinfo" and event.fileinfo is not None:
            yield _file(event, event.fileinfo, number, at)

    def finish(self) -> Iterator[Item]:
        """What is left; records of one way count where there are none of both."""
        yield from self._flows.finish()
        if not self._whole:
            yield from self._halves.finish()
        yield from self.names.finish()

    def _named(self, event: Event, number: int, at: int) -> None:
        server = canonical(event.dest_ip or "")
        if event.tls is not None:
            source = "dtls" if str(event.tls.get("version")).startswith("DTLS") else "tls"
            self.names.add(_text(event.tls.get("sni")), source, number, at, server)
        if event.quic is not None:
            self.names.add(_text(event.quic.get("sni")), "quic", number, at, server)
        if event.http is not None:
            host = without_port(_text(event.http.get("hostname")) or "")
            # The event of a file stands the other way round: its sender is the server.
            sent = event.event_type == "fileinfo" and event.http.get("http_method") != "POST"
            answering = sent and (event.src_port or 0) < (event.dest_port or 0)
            own = canonical(event.src_ip or "") if answering else server
            self.names.add(host, "http", number, at, own)

    def _dns(self, event: Event, number: int, at: int) -> None:
        for said in (event.dns, event.mdns):
            if said is None:
                continue
            ports = (event.dest_port, event.src_port)
            other = next((NAMED_PORTS[p] for p in ports if p in NAMED_PORTS), None)
            parts: list[Any] = [said]
            for key in ("query", "queries", "answer"):
                found = said.get(key)
                parts += found if isinstance(found, list) else [found]
            names = [_text(p.get("rrname")) for p in parts if isinstance(p, dict)]
            question = next((n for n in names if n), None)
            for name in names:
                self.names.add(name, other or "dns question", number, at)
            for kind, data in _answers(said):
                if kind in ADDRESSED and canonical(data):
                    source = other or "dns answer"
                    self.names.add(question, source, number, at, canonical(data))
                elif kind in ALIASED and other is None:
                    self.names.add(data, "dns alias", number, at)


def _answers(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(type, data) of the answers, in each of the forms that versions have written."""
    answers = said.get("answers")
    nested = said.get("answer")
    if isinstance(nested, dict):
        answers = answers or nested.get("answers")
    for one in answers if isinstance(answers, list) else [said]:
        if isinstance(one, dict) and isinstance(one.get("rdata"), str):
            yield str(one.get("rrtype")), one["rdata"]
    grouped = said.get("grouped")
    for kind, values in grouped.items() if isinstance(grouped, dict) else ():
        for value in values if isinstance(values, list) else ():
            if isinstance(value, str):
                yield kind, value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _time(value: object) -> int:
    try:
        return clock.microseconds(_text(value))
    except ValueError:
        return clock.NO_TIME


def _flow(event: Event, flow: dict[str, Any], number: int, at: int) -> Row:
    start, end = _time(flow.get("start")), _time(flow.get("end"))
    return Row(
        number,
        event.src_ip,
        event.dest_ip or "",
        port(event.src_port),
        port(event.dest_port),
        protocol_number(event.proto),
        count(flow.get("pkts_toserver")),
        count(flow.get("bytes_toserver")),
        count(flow.get("pkts_toclient")),
        count(flow.get("bytes_toclient")),
        at if start == clock.NO_TIME else start,
        at if end == clock.NO_TIME else end,
        label=FRAME._replace(point=event.in_iface),
    )


def _half(event: Event, flow: dict[str, Any], number: int, at: int) -> Row:
    row = _flow(event, flow, number, at)
    return row._replace(packets=count(flow.get("pkts")), size=count(flow.get("bytes")), sure=False)


def _certificate(event: Event, tls: dict[str, Any], number: int, at: int) -> Iterator[Item]:
    if not tls.get("subject") and not tls.get("issuerdn"):
        return
    names = tls.get("subjectaltname")
    serial = str(tls.get("serial") or "").replace(":", "").upper()
    yield Certificate(
        subject=_text(tls.get("subject")) or "",
        locator=f"line {number}",
        names=[str(n).lower() for n in names] if isinstance(names, list) else [],
        issuer=_text(tls.get("issuerdn")),
        serial=serial or None,
        not_before=clock.moment(_time(tls.get("notbefore"))),
        not_after=clock.moment(_time(tls.get("notafter"))),
        shown_by=canonical(event.dest_ip or ""),
        first_seen=clock.moment(at),
    )


def _file(event: Event, info: dict[str, Any], number: int, at: int) -> CarriedFile:
    digest = _text(info.get("sha256"))
    size = count(info.get("size"))
    state, gaps = info.get("state"), info.get("gaps")
    return CarriedFile(
        _text(info.get("filename")),
        f"line {number}",
        _text((event.http or {}).get("http_content_type")),
        size if size >= 0 else None,
        f"sha256:{digest.lower()}" if digest and len(digest) == 64 else None,
        canonical(event.src_ip or ""),
        canonical(event.dest_ip or ""),
        "http" if event.http else None,
        None if state is None else state == "CLOSED" and not gaps,
        clock.moment(at),
    )
