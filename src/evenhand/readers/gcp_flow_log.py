"""Google Cloud VPC flow logs, as log entries or their payload, in lines or in one array.

Spec: Google Cloud documentation, VPC Flow Logs records; LogEntry (`jsonPayload`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item
from evenhand.traffic import clock
from evenhand.traffic.json_piece import values
from evenhand.traffic.record import UNSTATED, Label
from evenhand.traffic.row_buffer import Row, RowBuffer, count, port

VERSION = "1"
RECOGNISES = {"keys": ("connection", "src_ip", "dest_ip", "reporter", "bytes_sent")}
EMITS = ("flow", "mention")
CANNOT_SEE = {
    "flow": (
        "packets that were not sampled: counts are the cloud's estimate from a sample; what "
        "its bytes are of, which its documentation does not say; who began a flow"
    ),
    "mention": "hosts that the log names otherwise than as ends of flows",
}


class Connection(msgspec.Struct, gc=False):
    """The ends of a flow; numbers come as whole, broken or text."""

    src_ip: str
    dest_ip: str
    src_port: float | str | None = None
    dest_port: float | str | None = None
    protocol: float | str | None = None


class Payload(msgspec.Struct, gc=False):
    """One record of a flow, one way."""

    connection: Connection
    bytes_sent: float | str | None = None
    packets_sent: float | str | None = None
    start_time: str | None = None
    end_time: str | None = None
    reporter: str | None = None
    src_instance: dict[str, Any] | None = None
    dest_instance: dict[str, Any] | None = None


class Entry(msgspec.Struct, gc=False):
    """A log entry, or its payload alone; those of other logs have another payload."""

    jsonPayload: dict[str, Any] | None = None  # noqa: N815 - the field's own name
    connection: dict[str, Any] | None = None


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the flows; stops at the first entry that cannot be read."""
    stopped: Unreadable | None = None
    buffer, known = RowBuffer("entry"), False
    entry, payload = msgspec.json.Decoder(Entry), msgspec.json.Decoder(Payload)
    try:
        for number, piece in enumerate(values(artefact), 1):
            try:
                found = entry.decode(piece.data)
                if found.connection is not None:
                    said = payload.decode(piece.data)
                elif (found.jsonPayload or {}).get("connection") is not None:
                    said = msgspec.convert(found.jsonPayload, Payload)
                else:
                    continue
                row = _row(said, number)
            except (ValueError, RecursionError) as error:
                raise Unreadable(f"entry {number} cannot be read: {error}", piece.offset) from None
            known = True
            yield from buffer.add(row)
    except Unreadable as error:
        stopped = error
    if not known and stopped is None:
        raise NotThisFormat("no entry of a flow")
    yield from buffer.finish()
    if stopped:
        raise stopped


def _row(said: Payload, number: int) -> Row:
    ends = said.connection
    # Both ends may report one flow: of these reports the one that saw more counts.
    instance = said.src_instance if said.reporter == "SRC" else said.dest_instance
    machine = (instance or {}).get("vm_name")
    point = f"{said.reporter or ''} {machine or ''}".strip()
    protocol = count(ends.protocol)
    return Row(
        number,
        ends.src_ip,
        ends.dest_ip,
        port(ends.src_port),
        port(ends.dest_port),
        protocol if 0 <= protocol < 256 else UNSTATED,
        count(said.packets_sent),
        count(said.bytes_sent),
        start=clock.microseconds(said.start_time),
        end=clock.microseconds(said.end_time),
        sure=False,
        label=Label("not stated", point or None),
    )
