"""DNS messages and their relatives: the names asked for and the addresses answered.

Written for many small messages: about 20 times as fast as a full DNS library (see
docs/decisions/0002-reading-captures.md), because only names and addresses are looked at.

Spec: RFC 1035 §4.1, RFC 3596; RFC 6762 (mDNS), RFC 4795 (LLMNR); RFC 1002 §4.2 (NetBIOS).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

A, CNAME, NB, AAAA = 1, 5, 32, 28
HEADER = struct.Struct(">HHHHHH").unpack_from
FIXED = struct.Struct(">HHIH").unpack_from  # of a resource record, behind its name
JUMPS = 64  # compression pointers followed in one name
RECORDS = 4096  # of one message read; 64 KiB have hardly room for more
NAME_BYTES = 255  # RFC 1035 §2.3.4

Name = tuple[bytes, ...]


class Broken(ValueError):
    """The message breaks off or contradicts itself; what was read before stands."""


class Record(NamedTuple):
    """An address or alias that a message gives."""

    section: int  # 0 answer, 1 authority, 2 additional
    owner: Name
    kind: int
    address: bytes
    alias: Name


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
    elif kind == CNAME:
        alias, stop = name_at(data, at)
        if stop <= end:
            found.append(Record(section, owner, kind, b"", alias))
    elif kind == NB:
        # RFC 1002 §4.2.1.3: flags (the first bit: a group's name) and an address, repeated
        found += [
            Record(section, owner, kind, data[entry + 2 : entry + 6], ())
            for entry in range(at, end - 5, 6)
            if not data[entry] & 0x80
        ]
    return end


def netbios_name(labels: Name) -> bytes:
    """RFC 1001 §14.1: the name in a first label of 32 letters; empty where it is none."""
    if not labels or len(labels[0]) != 32:
        return b""
    nibbles = bytes(c - 0x41 & 0xFF for c in labels[0])
    if max(nibbles) > 15:
        return b""
    name = bytes(nibbles[i] << 4 | nibbles[i + 1] for i in range(0, 32, 2))[:15].rstrip(b" \0")
    return b"" if name == b"*" else name  # the wildcard asks for any name
