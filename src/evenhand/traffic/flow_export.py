"""Messages of flow exporters laid end to end: NetFlow 5 and 9, IPFIX.

Records of one template are gathered and decoded many at a time.

Spec: RFC 7011 (IPFIX), RFC 3954 (NetFlow 9), RFC 5103 (biflows), Cisco NetFlow 5 export format;
IANA IPFIX information elements.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.traffic.export_field import Fields, decoded
from evenhand.traffic.flow_table import FlowTable

HEADER5 = struct.Struct(">HHIIIIBBH")
HEADER9 = struct.Struct(">HHIIII")
HEADER10 = struct.Struct(">HHIII")
SET = struct.Struct(">HH")
RECORD5_BYTES, MOST5 = 48, 30
VARIABLE = 65535  # RFC 7011 3.2: the record says how long the field is
TEMPLATES = 20_000  # remembered in one file
TEMPLATE_FIELDS = 1_000
GATHERED = 1 << 20  # bytes of records decoded at once
# Fields of a NetFlow 5 record as (element, bytes) in their order; 0 where none is wanted.
VERSION5: tuple[tuple[int, int], ...] = (
    *((8, 4), (12, 4), (0, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4)),
    *((7, 2), (11, 2), (0, 1), (6, 1), (4, 1), (0, 1), (0, 8)),
)


class Template(NamedTuple):
    """How records are laid out: fields of (element, bytes); empty for options."""

    fields: Fields
    least: int  # bytes of the shortest record


class Waiting:
    """Records of one template that are not decoded yet."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.parts: list[bytes] = []
        self.numbers: list[tuple[int, int]] = []  # first number, how many
        self.bases: list[int] = []  # of each part: microseconds at which the exporter started
        self.size = 0


class Export:
    """What has been read of a file so far."""

    def __init__(self, artefact: Artefact) -> None:
        self._data = artefact.map()
        self._flows = FlowTable("record")
        self._templates: dict[tuple[int, int, int], Template] = {}
        self._waiting: dict[tuple[int, Fields], Waiting] = {}
        self._number = 0
        self._unknown: list[
            int
        ] = []  # offsets of sets without a template (the first), and how many

    def read(self, versions: tuple[int, ...]) -> Iterator[Item]:
        """Yield the flows; stops at the first message that cannot be read."""
        stopped: Unreadable | None = None
        try:
            yield from self._messages(versions)
        except Unreadable as error:
            stopped = error
        if isinstance(stopped, NotThisFormat):
            raise stopped
        for key in list(self._waiting):
            yield from self._decode(key)
        yield from self._flows.finish()
        if self._unknown:
            count, first = len(self._unknown), self._unknown[0]
            yield Partly(f"{count} sets of records come before any template of theirs", first)
        if self._flows.odd:
            yield Partly(f"{self._flows.odd} records do not say both ends")
        if stopped:
            raise stopped

    def _messages(self, versions: tuple[int, ...]) -> Iterator[Item]:
        data, at, read = self._data, 0, 0
        while at + 4 <= len(data):
            version, count = SET.unpack_from(data, at)
            take = {5: self._version5, 9: self._version9, 10: self._version10}.get(version)
            if take is None or (not read and version not in versions):
                if not read:
                    raise NotThisFormat("no message of a flow exporter")
                raise Unreadable("no message of a flow exporter where one should begin", at)
            try:
                end = take(at, count)
            except struct.error:
                end = len(data) + 1
            if end > len(data):
                raise Unreadable("the file breaks off inside a message", at)
            at, read = end, read + 1
            for key in [k for k, w in self._waiting.items() if w.size > GATHERED]:
                yield from self._decode(key)
        if at < len(data) and any(data[at:]):
            raise Unreadable("the file breaks off inside a message", at)
        if not self._number and not self._templates and not self._unknown:
            raise NotThisFormat("no record and no template")

    def _version5(self, at: int, count: int) -> int:
        _, _, uptime, seconds, nanoseconds, _, _, _, _ = HEADER5.unpack_from(self._data, at)
        if not 1 <= count <= MOST5:
            raise Unreadable(f"a message of NetFlow 5 with {count} records", at)
        begin = at + HEADER5.size
        end = begin + count * RECORD5_BYTES
        if end <= len(self._data):
            started = seconds * 1_000_000 + nanoseconds // 1000 - uptime * 1000
            self._gather(5, VERSION5, self._data[begin:end], RECORD5_BYTES, started)
        return end

    def _version9(self, at: int, count: int) -> int:
        _, _, uptime, seconds, _, domain = HEADER9.unpack_from(self._data, at)
        started = seconds * 1_000_000 - uptime * 1000
        place = at + HEADER9.size
        while place + SET.size <= len(self._data):
            kind, length = SET.unpack_from(self._data, place)
            if 2 <= kind <= 255:  # no set has these: the next message begins
                break
            if kind == 0 and length == 0:  # filled up with zeros
                while place < len(self._data) and self._data[place] == 0:
                    place += 1
                place -= place < len(self._data)  # a header begins with a zero of its own
                break
            self._one_set(9, domain, kind, place, length, started)
            place += length
        return place

    def _version10(self, at: int, length: int) -> int:
        _, _, seconds, _, domain = HEADER10.unpack_from(self._data, at)
        end = at + length
        if length < HEADER10.size:
            raise Unreadable(f"a message of {length} bytes", at)
        if end > len(self._data):
            return end
        place = at + HEADER10.size
        while place + SET.size <= end:
            kind, size = SET.unpack_from(self._data, place)
            if place + size > end:
                raise Unreadable("a set reaches beyond its message", place)
            self._one_set(10, domain, kind, place, size, seconds * 1_000_000)
            place += size
        return end

    def _one_set(
        self, version: int, domain: int, kind: int, at: int, length: int, started: int
    ) -> None:
        if length < SET.size:
            raise Unreadable(f"a set of {length} bytes", at)
        if at + length > len(self._data):
            raise Unreadable("the file breaks off inside a set", at)
        body = self._data[at + SET.size : at + length]
        if kind == (0 if version == 9 else 2):
            self._learn(version, domain, body, at)
        elif kind == (1 if version == 9 else 3):
            self._learn_options(version, domain, body)
        elif kind >= 256:
            template = self._templates.get((version, domain, kind))
            if template is None:
                self._unknown.append(at)
            elif template.fields:
                self._records(version, template, body, started)

    def _learn(self, version: int, domain: int, body: bytes, at: int) -> None:
        place = 0
        while place + SET.size <= len(body):
            number, count = SET.unpack_from(body, place)
            place += SET.size
            if number < 256:
                return  # padding
            if count == 0:  # withdrawn
                self._templates.pop((version, domain, number), None)
                continue
            fields, place = _fields(version, body, place, count)
            if fields is None or count > TEMPLATE_FIELDS:
                raise Unreadable("a template breaks off", at)
            self._keep((version, domain, number), fields)

    def _keep(self, key: tuple[int, int, int], fields: Fields) -> None:
        least = sum(1 if size == VARIABLE else size for _, size in fields)
        if len(self._templates) < TEMPLATES and least:
            self._templates[key] = Template(fields, least)

    def _learn_options(self, version: int, domain: int, body: bytes) -> None:
        """Options tell of the exporter, not of flows: their records are known and passed over."""
        if len(body) >= SET.size:
            number = SET.unpack_from(body, 0)[0]
            if number >= 256 and len(self._templates) < TEMPLATES:
                self._templates[version, domain, number] = Template((), 0)

    def _records(self, version: int, template: Template, body: bytes, started: int) -> None:
        fields, size = template.fields, template.least
        if any(length == VARIABLE for _, length in fields):
            fields, body = _fixed(fields, body)
            size = sum(length for _, length in fields)
            if not size:
                return
        whole = len(body) // size * size
        if whole:
            self._gather(version, fields, body[:whole], size, started)

    def _gather(self, version: int, fields: Fields, data: Any, size: int, started: int) -> None:
        waiting = self._waiting.setdefault((version, fields), Waiting(fields))
        count = len(data) // size
        waiting.parts.append(bytes(data))
        waiting.numbers.append((self._number + 1, count))
        waiting.bases.append(started)
        waiting.size += len(data)
        self._number += count

    def _decode(self, key: tuple[int, Fields]) -> Iterator[Item]:
        import numpy as np

        waiting = self._waiting.pop(key)
        counts = np.array([c for _, c in waiting.numbers], np.int64)
        numbers = np.concatenate([np.arange(n, n + c) for n, c in waiting.numbers])
        started = np.repeat(np.array(waiting.bases, np.int64), counts)
        rows = decoded(waiting.fields, b"".join(waiting.parts), numbers, started, self._flows)
        if rows is not None:
            yield from self._flows.add(rows)


def _fields(version: int, body: bytes, at: int, count: int) -> tuple[Fields | None, int]:
    """The fields of a template and where they end; None where they break off."""
    fields = []
    for _ in range(count):
        if at + 4 > len(body):
            return None, at
        element, size = SET.unpack_from(body, at)
        at += 4
        if version == 10 and element & 0x8000:
            if at + 4 > len(body):
                return None, at
            owner = struct.unpack_from(">I", body, at)[0]
            at += 4
            element = (element & 0x7FFF) | owner << 16
        elif version == 9 and element & 0x8000:
            element |= 1 << 48  # a vendor's own
        fields.append((element, size))
    return tuple(fields), at


def _fixed(fields: Fields, body: bytes) -> tuple[Fields, bytes]:
    """Records without their fields of variable length."""
    kept = tuple(f for f in fields if f[1] != VARIABLE)
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        begin = len(parts)
        for _, size in fields:
            if size == VARIABLE:
                if at >= len(body):
                    break
                length = body[at]
                at += 1
                if length == 255 and at + 2 <= len(body):
                    length = int.from_bytes(body[at : at + 2], "big")
                    at += 2
                at += length
            else:
                parts.append(body[at : at + size])
                at += size
        if at > len(body) or len(parts) - begin < len(kept):
            return kept, b"".join(parts[:begin])  # padding, or a record that breaks off
    return kept, b"".join(parts)
