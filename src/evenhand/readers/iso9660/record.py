"""ISO 9660: records of a folder, and what Rock Ridge adds to them.

Spec: ECMA-119 s. 9.1; IEEE P1282 s. 4.1 (PX, SL, NM, TF, CL); IEEE P1281 s. 5.1 (CE).
"""

from __future__ import annotations

import os
import stat
from calendar import timegm
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

SECTOR = 2048
FOLDER, MORE = 0x02, 0x80  # flags (9.1.6): a folder; the file goes on in the next record
NAME, POSIX, LINK, CHILD, RELOCATED, STOP, CONTINUES = b"NM PX SL CL RE ST CE".split()
CONTINUED = 32  # areas that one record may go on in


class Record(NamedTuple):
    """One record, as it stands."""

    name: bytes
    extent: int  # sector
    length: int
    flags: int
    modified: int | None
    system: bytes  # what Rock Ridge uses
    at: int


class Unix(NamedTuple):
    """What Rock Ridge says of a file."""

    name: bytes | None = None
    mode: int | None = None
    owner: int | None = None
    target: bytes | None = None
    moved: int | None = None  # sector of the folder that stands elsewhere
    hidden: bool = False  # the other end of such a move


def record(raw: bytes, at: int) -> Record | None:
    """The record at the start of these bytes; None where there is none."""
    length = raw[0] if raw else 0
    if length < 34 or length > len(raw) or 33 + raw[32] > length:
        return None
    named = raw[32]
    return Record(
        raw[33 : 33 + named],
        int.from_bytes(raw[2:6], "little"),
        int.from_bytes(raw[10:14], "little"),
        raw[25],
        _moment(raw[18:25]),
        raw[33 + named + (named % 2 == 0) : length],
        at,
    )


def _moment(raw: bytes) -> int | None:
    """Seven bytes (9.1.5); the last is the distance from Greenwich in quarters of an hour."""
    year, month, day, hour, minute, second, zone = raw
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return None
    east = zone - 256 if zone > 127 else zone
    return timegm((1900 + year, month, day, hour, minute, second)) - east * 900


def unix(stream: BinaryIO, found: Record) -> Unix:
    """Rock Ridge's fields of a record, with the areas that it goes on in."""
    name, target, whole = b"", list[bytes](), True
    said = Unix()
    named = linked = False
    for sign, value in _fields(stream, found.system):
        if sign == NAME and value and not value[0] & 0x06:  # not `.` or `..`
            name, named = name + value[1:], True
        elif sign == POSIX and len(value) >= 24:
            mode = int.from_bytes(value[:4], "little")
            said = said._replace(mode=mode, owner=int.from_bytes(value[16:20], "little"))
        elif sign == LINK and value:
            whole = _components(value[1:], target, whole)
            linked = True
        elif sign == CHILD and len(value) >= 4:
            said = said._replace(moved=int.from_bytes(value[:4], "little"))
        elif sign == RELOCATED:
            said = said._replace(hidden=True)
    path = b"/".join(target) if target != [b""] else b"/"
    return said._replace(name=name if named else None, target=path if linked else None)


def _fields(stream: BinaryIO, system: bytes) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(CONTINUED):
        onwards = None
        at = 0
        while at + 4 <= len(system) and system[at + 2] >= 4:
            sign, length = system[at : at + 2], system[at + 2]
            value = system[at + 4 : at + length]
            if sign == STOP:
                break
            if sign == CONTINUES and len(value) >= 24:
                onwards = [int.from_bytes(value[i : i + 4], "little") for i in (0, 8, 16)]
            else:
                yield sign, value
            at += length
        if onwards is None:
            return
        sector, offset, length = onwards
        system = os.pread(stream.fileno(), min(length, SECTOR), sector * SECTOR + offset)


def _components(value: bytes, target: list[bytes], whole: bool) -> bool:
    """Add a link's components; False where the last one goes on in the next field."""
    at = 0
    while at + 2 <= len(value):
        flags, length = value[at], value[at + 1]
        part = value[at + 2 : at + 2 + length]
        part = {0x02: b".", 0x04: b"..", 0x08: b""}.get(flags & 0x0E, part)
        if whole or not target:
            target.append(part)
        else:
            target[-1] += part
        whole = not flags & 0x01
        at += 2 + length
    return whole


def plain_name(raw: bytes) -> bytes:
    """A name by ECMA-119: without its version, nor the dot of an empty ending."""
    return raw.split(b";", 1)[0].rstrip(b".")


def wide_name(raw: bytes) -> bytes:
    """A name by Joliet: UCS-2, without its version."""
    text = raw[: len(raw) & ~1].decode("utf-16-be", "replace").split(";", 1)[0]
    return text.encode("utf-8", "replace")


def mode_of(found: Record) -> int:
    """What the record itself says of the kind of a file."""
    return stat.S_IFDIR | 0o555 if found.flags & FOLDER else stat.S_IFREG | 0o444
