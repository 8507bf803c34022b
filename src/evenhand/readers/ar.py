"""Ar archives: Debian packages and static libraries.

Spec: ar(5) (System V, GNU and BSD variants of long names), deb(5).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import Unreadable
from evenhand.facts.defect import Defect
from evenhand.facts.file import File
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"magic": ((0, "213c617263683e0a"), (0, "213c7468696e3e0a"))}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "members of a thin archive, which lie in other files"}

PIECE = 1 << 16
HEADER = 60
NAMES_BYTES = 16 << 20  # longest table of long names that is read
THIN = b"!<thin>\n"
INDEXES = (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64")


@dataclass(frozen=True)
class Entry:
    """One member, as its header says."""

    raw: bytes  # name as stored, with GNU's and BSD's long names looked up
    size: int
    mode: int | None
    owner: str | None
    modified: datetime | None
    header: int  # offset
    begin: int  # offset of its data


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row and a Child per member, in the archive's order."""
    limit = artefact.size_bytes
    with artefact.open() as stream:
        thin = stream.read(8) == THIN
        if thin:
            yield Partly("a thin archive: its members lie in other files")
        package = False
        for number, entry in enumerate(_entries(stream, limit, thin)):
            name, place = shown(entry.raw), f"offset {entry.header}"
            package = package or (number == 0 and name == "debian-binary")
            yield File(
                name, "file", place, entry.size, entry.mode, entry.owner, None, entry.modified
            )
            outside = name.startswith("/") or ".." in name.split("/")
            if outside and entry.raw not in INDEXES:
                yield Defect("member name leaves the archive", name, place)
            if package:
                yield from _deb_order(number, name, place)
            if thin:
                continue
            if entry.raw not in INDEXES:
                yield Child(name, _content(stream, entry.begin, entry.size))
            if entry.begin + entry.size > limit:
                raise Unreadable(f"cut off inside the member {name}", limit)


def _deb_order(number: int, name: str, place: str) -> Iterator[Defect]:
    """deb(5): `debian-binary`, then control.tar*, then data.tar*; `_` marks private members."""
    wanted = {1: "control.tar", 2: "data.tar"}.get(number)
    if wanted and not name.startswith((wanted, "_")):
        message = f"member {number + 1} is {name} where {wanted} is expected"
        yield Defect("deb(5): order of members", message, place)


def _entries(stream: BinaryIO, limit: int, thin: bool) -> Iterator[Entry]:
    at, names = 8, b""
    while at < limit:
        header = os.pread(stream.fileno(), HEADER, at)
        if len(header) < HEADER:
            raise Unreadable("cut off inside a header", at)
        size = _number(header[48:58], 10)
        if header[58:60] != b"`\n" or size is None:
            raise Unreadable("a header is damaged: members from here were not read", at)
        raw, begin = header[:16].rstrip(b" "), at + HEADER
        if raw == b"//":
            names = os.pread(stream.fileno(), min(size, NAMES_BYTES), begin)
        else:
            long = _number(raw[3:], 10) if raw.startswith(b"#1/") else None
            skip = min(long or 0, size)
            if long is not None:  # BSD: the name stands before the data
                raw = os.pread(stream.fileno(), min(skip, 4096), begin).rstrip(b"\0")
            yield _entry(header, _name(raw, names), size - skip, at, begin + skip)
        within = not thin or raw in (b"/", b"//", b"/SYM64/")
        at = begin + (size + size % 2 if within else 0)


def _entry(header: bytes, raw: bytes, size: int, at: int, begin: int) -> Entry:
    mode, owner = _number(header[40:48], 8), _number(header[28:34], 10)
    seconds = _number(header[16:28], 10)
    try:
        modified = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        modified = None
    permissions = None if mode is None else mode & 0o7777
    person = None if owner is None else str(owner)
    return Entry(raw, size, permissions, person, modified, at, begin)


def _name(raw: bytes, names: bytes) -> bytes:
    """GNU: `/123` is a place in the table of long names; a `/` ends every name."""
    if raw[:1] == b"/" and raw[1:].isdigit():
        raw = names[int(raw[1:]) :].partition(b"\n")[0]
    return raw[:-1] if len(raw) > 1 and raw.endswith(b"/") and raw not in INDEXES else raw


def _number(raw: bytes, base: int) -> int | None:
    digits = raw.strip()
    try:
        return int(digits, base) if digits.isdigit() else None
    except ValueError:
        return None


def _content(stream: BinaryIO, at: int, left: int) -> Iterator[bytes]:
    while left > 0:
        data = os.pread(stream.fileno(), min(PIECE, left), at)
        if not data:
            return  # cut off; the reader says so
        yield data
        at, left = at + len(data), left - len(data)
