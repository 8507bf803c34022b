"""Cpio archives: initial RAM disks, payloads of RPM packages.

Regular files go back to the pipeline; links and devices are facts, never made.

Spec: cpio(5), "newc" and "crc" formats and the old portable ASCII format (POSIX.1-1988);
Linux Documentation, early userspace buffer format (several archives one after the other).
"""

from __future__ import annotations

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
RECOGNISES = {"magic": ((0, "303730373031"), (0, "303730373032"), (0, "303730373037"))}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "names of users: entries hold numbers; the old binary format is not read"}

PIECE = 1 << 16
NAME_BYTES = 1 << 16  # longest name or link target that is read
END = "TRAILER!!!"
KINDS = {
    0o100000: "file",
    0o040000: "directory",
    0o120000: "link",
    0o060000: "device",
    0o020000: "device",
    0o010000: "fifo",
}
NEW = tuple(
    (name, 8)
    for name in (
        *("ino", "mode", "uid", "gid", "nlink", "mtime", "filesize", "devmajor", "devminor"),
        *("rdevmajor", "rdevminor", "namesize", "check"),
    )
)
OLD = (
    *((name, 6) for name in ("dev", "ino", "mode", "uid", "gid", "nlink", "rdev")),
    *(("mtime", 11), ("namesize", 6), ("filesize", 11)),
)
# sign → fields with their widths, the base of their digits, what data are padded to
FORMATS = {b"070701": (NEW, 16, 4), b"070702": (NEW, 16, 4), b"070707": (OLD, 8, 1)}


@dataclass(frozen=True)
class Entry:
    """One member, as its header says."""

    name: str
    mode: int
    owner: int
    modified: int  # seconds since 1970
    size: int
    links: int
    header: int  # offset
    begin: int  # offset of its data
    after: int  # offset of the next header


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per member and a Child per regular file, in the archive's order."""
    with artefact.open() as stream:
        at, whole = 0, False
        while at < artefact.size_bytes:
            entry = _entry(stream, at)
            if entry is None and whole:  # most often a compressed archive after a plain one
                yield Child("after the archive", _content(stream, at, artefact.size_bytes - at))
                return
            if entry is None:
                raise Unreadable("a header is damaged: members from here were not read", at)
            whole = entry.name == END
            if whole:
                at = _past_padding(stream, entry.after)
                continue
            yield from _member(stream, entry)
            if entry.begin + entry.size > artefact.size_bytes:
                raise Unreadable(f"cut off inside the member {entry.name}", artefact.size_bytes)
            at = entry.after
        if not whole:
            yield Partly("cut off: the archive has no end mark", at)


def _member(stream: BinaryIO, entry: Entry) -> Iterator[Item]:
    kind, place = KINDS.get(entry.mode & 0o170000, "other"), f"offset {entry.header}"
    target = None
    if kind == "link":
        stream.seek(entry.begin)
        target = shown(stream.read(min(entry.size, NAME_BYTES)))
    elif kind == "file" and entry.links > 1 and not entry.size:
        kind = "hard link"  # "newc" keeps the data with the last of them
    modified = datetime.fromtimestamp(entry.modified, UTC)
    mode, owner = entry.mode & 0o7777, str(entry.owner)
    yield File(entry.name, kind, place, entry.size, mode, owner, target, modified)
    # Names start at the root of the file system that is made of them: "/bin" is as good as "bin".
    if ".." in entry.name.split("/"):
        yield Defect("member name leaves the archive", entry.name, place)
    if kind == "other":
        yield Partly(
            f"{entry.name}: file type {entry.mode & 0o170000:o} is not known", entry.header
        )
    elif kind == "file":
        yield Child(entry.name, _content(stream, entry.begin, entry.size))


def _entry(stream: BinaryIO, at: int) -> Entry | None:
    """The entry whose header stands here; None where none does."""
    stream.seek(at)
    sign = stream.read(6)
    if sign not in FORMATS:
        return None
    fields, base, unit = FORMATS[sign]
    raw = stream.read(sum(width for _, width in fields))
    said, place = dict[str, int](), 0
    for field, width in fields:
        digits = raw[place : place + width]
        try:
            said[field] = int(digits, base) if digits.isalnum() else -1
        except ValueError:
            said[field] = -1
        place += width
    if min(said.values()) < 0 or not 0 < said["namesize"] <= NAME_BYTES:
        raise Unreadable("a header is damaged: members from here were not read", at)
    name = stream.read(said["namesize"])
    end = at + 6 + place + len(name)
    begin = end + -(end - at) % unit
    after = begin + said["filesize"]
    return Entry(
        shown(name.rstrip(b"\0")),
        said["mode"],
        said["uid"],
        said["mtime"],
        said["filesize"],
        said["nlink"],
        at,
        begin,
        after + -said["filesize"] % unit,
    )


def _past_padding(stream: BinaryIO, at: int) -> int:
    """Where the zero bytes after an archive end."""
    stream.seek(at)
    while data := stream.read(PIECE):
        rest = data.lstrip(b"\0")
        at += len(data) - len(rest)
        if rest:
            break
    return at


def _content(stream: BinaryIO, at: int, left: int) -> Iterator[bytes]:
    while left > 0:
        stream.seek(at)
        data = stream.read(min(PIECE, left))
        if not data:
            return  # cut off; the reader says so
        yield data
        at, left = at + len(data), left - len(data)
