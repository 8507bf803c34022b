"""Azure flow logs in JSON: of network security groups (versions 1, 2) and virtual networks (4).

Which value of a tuple means what is told by the log's category and version.

Spec: Azure Network Watcher, NSG flow logs and virtual network flow logs, log format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.traffic import clock
from evenhand.traffic.json_piece import pieces
from evenhand.traffic.record import Label, protocol_number
from evenhand.traffic.row_buffer import Row, RowBuffer, count, port

VERSION = "1"
RECOGNISES = {"keys": ("records", "flowTuples", "flows", "category")}
EMITS = ("flow", "mention")
CANNOT_SEE = {
    "flow": (
        "counts of version 1, which has none, and of flows that began and never were told of "
        "again; traffic that no rule of a logged group or network met"
    ),
    "mention": "the log holds no names",
}

PROTOCOLS = {"T": 6, "U": 17}
ACTIONS = {"A": "accepted", "D": "rejected"}
NSG, VNET = "NetworkSecurityGroupFlowEvent", "FlowLogFlowEvent"
SHORT, LONG = 8, 13  # values of a tuple: without counts, with them


class Record(msgspec.Struct, gc=False):
    """One record: the flows that one interface saw in a minute."""

    category: str
    resourceId: str | None = None  # noqa: N815 - the fields' own names
    targetResourceID: str | None = None  # noqa: N815
    macAddress: str | None = None  # noqa: N815
    flowLogVersion: int | None = None  # noqa: N815
    properties: dict[str, Any] | None = None
    flowRecords: dict[str, Any] | None = None  # noqa: N815


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the flows; stops at the first record or tuple that cannot be read."""
    stopped: Unreadable | None = None
    buffer, number, known = RowBuffer("tuple"), 0, False
    other: set[str] = set()
    decode = msgspec.json.Decoder(Record).decode
    try:
        for place, piece in enumerate(pieces(artefact, 2), 1):
            try:
                record = decode(piece.data)
                for words, label in _tuples(record):
                    number += 1
                    known = True
                    yield from buffer.add(_row(record.category, words, number, label))
            except LookupError as error:
                other.add(f"records of {str(error.args[0])[:60]} are not read: not known")
            except (ValueError, RecursionError) as error:
                raise Unreadable(f"record {place} cannot be read: {error}", piece.offset) from None
    except Unreadable as error:
        stopped = error
    if not known and stopped is None and not other:
        raise NotThisFormat("no record of a flow")
    yield from buffer.finish()
    yield from (Partly(reason) for reason in sorted(other))
    if stopped:
        raise stopped


def _tuples(record: Record) -> Iterator[tuple[list[str], Label]]:
    """The tuples of a record, and where they were seen. Raises LookupError for other logs."""
    mac = record.macAddress or ""
    if record.category == NSG and (record.properties or {}).get("Version") in (1, 2):
        groups = _parts(record.properties, "flows")
        inner = "flows"
    elif record.category == VNET and record.flowLogVersion == 4:
        groups = _parts(record.flowRecords, "flows")
        inner = "flowGroups"
    else:
        raise LookupError(f"category {record.category}, version {_version(record)}")
    where = (record.targetResourceID or record.resourceId or "").rpartition("/")[2].lower()
    label = Label("frame", f"{mac} {where}".strip() or None)
    for group in groups:
        for flow in _parts(group, inner):
            seen = flow.get("mac")
            own = label._replace(point=f"{seen} {where}") if isinstance(seen, str) else label
            for text in _parts(flow, "flowTuples"):
                yield str(text).split(","), own


def _version(record: Record) -> object:
    said = (record.properties or {}).get("Version")
    return str(record.flowLogVersion if said is None else said)[:20]


def _parts(value: Any, key: str) -> list[Any]:
    """A list inside an object. Raises ValueError where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise ValueError(f"no list {key}")
    return found


def _row(category: str, words: list[str], number: int, label: Label) -> Row:
    """One tuple as a record. Raises ValueError."""
    if len(words) < SHORT or (len(words) > SHORT and len(words) < LONG):
        raise ValueError(f"a tuple of {len(words)} values")
    time, source, target, here, there, protocol, _, fate = words[:8]
    counts = [count(w) for w in words[9:13]] or [-1] * 4
    if category == NSG:
        action, known = ACTIONS.get(fate), PROTOCOLS.get(protocol, 256)
        at = clock.microseconds(count(time))
    else:
        action = "rejected" if fate == "D" else "accepted"
        at, known = clock.microseconds(count(time), 1000), protocol_number(protocol)
    packets, size, packets_back, size_back = counts
    return Row(
        number,
        source,
        target,
        port(here),
        port(there),
        known,
        packets,
        size,
        packets_back,
        size_back,
        at,
        at,
        label=label._replace(action=action),
    )
