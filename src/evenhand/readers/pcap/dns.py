"""DNS messages and their relatives: the names asked for and the addresses answered.

Written for many small messages: about 20 times as fast as a full DNS library (see
docs/decisions/0002-reading-captures.md), because only names and addresses are looked at.

Spec: RFC 1035 §4.1, RFC 3596; RFC 9460 (SVCB and HTTPS); RFC 6762 (mDNS), RFC 4795 (LLMNR);
RFC 1002 §4.2 (NetBIOS).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

A, CNAME, PTR, AAAA, NB, SVCB, HTTPS = 1, 5, 12, 28, 32, 64, 65
HEADER = struct.Struct(">HHHHHH").unpack_from
FIXED = struct.Struct(">HHIH").unpack_from  # of a resource record, behind its name
JUMPS = 64  # compression pointers followed in one name
RECORDS = 4096  # of one message read; 64 KiB have hardly room for more
NAME_BYTES = 255  # RFC 1035 §2.3.4

Name = tuple[bytes, ...]


class Broken(ValueError):
    """The message breaks off or contradicts itself; what was read before stands."""


class Service(NamedTuple):
    """What a SVCB or HTTPS record says of how to reach a service."""

    priority: int  # 0: the target stands for the owner
    target: Name  # empty: the owner itself
    protocols: tuple[bytes, ...]  # RFC 7301 (ALPN)
    port: int | None
    addresses: tuple[bytes, ...]  # hints
    encrypted: bool  # a key for an encrypted ClientHello is there


class Record(NamedTuple):
    """An address, alias, name or service that a message gives."""

    section: int  # 0 answer, 1 authority, 2 additional
    owner: Name
    kind: int
    address: bytes
    alias: Name
    service: Service | None = None


class Message(NamedTuple):
    """What a message says."""

    response: bool
    questions: list[Name]
    records: list[Record]


def name_at(data: bytes, at: int) -> tuple[Name, int]:
    """A name and where it ends. Raises Broken."""
    labels: list[bytes] = []
    after, jumps, total = -1, 0, 0
    size = len(data)
    while True:
        if at >= size:
            raise Broken("name breaks off")
        length = data[at]
        if length == 0:
            return tuple(labels), (at + 1 if after < 0 else after)
        if length < 64:
            at += 1
            if at + length > size:
                raise Broken("label breaks off")
            total += length + 1
            if total > NAME_BYTES:
                raise Broken("name too long")
            labels.append(data[at : at + length])
            at += length
        elif length >= 192:
            if at + 2 > size:
                raise Broken("pointer breaks off")
            if after < 0:
                after = at + 2
            jumps += 1
            if jumps > JUMPS:
                raise Broken("pointers go round in circles")
            at = (length & 63) << 8 | data[at + 1]
        else:
            raise Broken("unknown kind of label")


def message(data: bytes) -> Message | None:
    """Read a message as far as it makes sense; None where it is none at all."""
    if len(data) < 12:
        return None
    _, flags, *counts = HEADER(data, 0)
    if flags & 0x0040 and not flags & 0x8000:  # the bit that must be zero, in a question
        return None
    said = Message(bool(flags & 0x8000), [], [])
    at = 12
    try:
        for _ in range(min(counts[0], RECORDS)):
            name, at = name_at(data, at)
            at += 4
            if at > len(data):
                raise Broken("question breaks off")
            said.questions.append(name)
        for section in range(3):
            for _ in range(min(counts[section + 1], RECORDS)):
                at = _record(data, at, section, said.records)
    except Broken:
        pass  # a cut or hostile message: the names read so far were there
    return said


def _record(data: bytes, at: int, section: int, found: list[Record]) -> int:
    """Read one resource record; where it ends."""
    owner, at = name_at(data, at)
    if at + 10 > len(data):
        raise Broken("record breaks off")
    kind, _, _, length = FIXED(data, at)
    at += 10
    end: int = at + length
    if end > len(data):
        raise Broken("record breaks off")
    if (kind == A and length == 4) or (kind == AAAA and length == 16):
        found.append(Record(section, owner, kind, data[at:end], ()))
    elif kind in (CNAME, PTR):
        alias, stop = name_at(data, at)
        if stop <= end:
            address = reversed_address(owner) if kind == PTR else b""
            found.append(Record(section, owner, kind, address, alias))
    elif kind in (SVCB, HTTPS):
        service = _service(data, at, end)
        if service is not None:
            found.append(Record(section, owner, kind, b"", service.target, service))
    elif kind == NB:
        # RFC 1002 §4.2.1.3: flags (the first bit: a group's name) and an address, repeated
        found += [
            Record(section, owner, kind, data[entry + 2 : entry + 6], ())
            for entry in range(at, end - 5, 6)
            if not data[entry] & 0x80
        ]
    return end


def _service(data: bytes, at: int, end: int) -> Service | None:
    """RFC 9460 §2.2: priority, target and parameters; None where they do not fit the record."""
    if at + 3 > end:
        return None
    priority = data[at] << 8 | data[at + 1]
    target, at = name_at(data, at + 2)
    found: dict[int, bytes] = {}
    while at + 4 <= end:
        key, size = data[at] << 8 | data[at + 1], data[at + 2] << 8 | data[at + 3]
        if at + 4 + size > end:
            return None
        found[key] = data[at + 4 : at + 4 + size]
        at += 4 + size
    if at != end:
        return None
    hints = []
    for key, width in ((4, 4), (6, 16)):
        value = found.get(key, b"")
        hints += [value[i : i + width] for i in range(0, len(value) - width + 1, width)]
    protocols, value, i = [], found.get(1, b""), 0
    while i < len(value):
        protocols.append(value[i + 1 : i + 1 + value[i]])
        i += 1 + value[i]
    port = int.from_bytes(found[3], "big") if len(found.get(3, b"")) == 2 else None
    return Service(priority, target, tuple(protocols), port, tuple(hints), 5 in found)


def reversed_address(labels: Name) -> bytes:
    """RFC 1035 §3.5, RFC 3596 §2.5: the address that a name under arpa stands for, or nothing."""
    low = [label.lower() for label in labels]
    try:
        if low[-2:] == [b"in-addr", b"arpa"] and len(low) == 6:
            return bytes(int(n) if n.isdigit() else -1 for n in reversed(low[:4]))
        if low[-2:] == [b"ip6", b"arpa"] and len(low) == 34:
            return bytes.fromhex(b"".join(reversed(low[:32])).decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        pass
    return b""


def without_prefix(labels: Name) -> Name:
    """RFC 9460 §2.3: the host behind `_port._scheme`."""
    while labels and labels[0][:1] == b"_":
        labels = labels[1:]
    return labels


def netbios_name(labels: Name) -> bytes:
    """RFC 1001 §14.1: the name in a first label of 32 letters; empty where it is none."""
    if not labels or len(labels[0]) != 32:
        return b""
    nibbles = bytes(c - 0x41 & 0xFF for c in labels[0])
    if max(nibbles) > 15:
        return b""
    name = bytes(nibbles[i] << 4 | nibbles[i + 1] for i in range(0, 32, 2))[:15].rstrip(b" \0")
    return b"" if name == b"*" else name  # the wildcard asks for any name
