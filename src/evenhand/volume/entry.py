"""An entry of a file system, and what a reader yields for it.

Names are text only; links and devices are facts, never made. `..` is meant to be met nowhere,
and an absolute link is no fault: `/` of a file system is its own root.

Spec: inode(7) (file types and permission bits).
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from evenhand.artefact import Child, shown
from evenhand.errors import Unreadable
from evenhand.facts.defect import Defect
from evenhand.facts.file import File
from evenhand.readers import Item, Partly

ENTRIES = 1_000_000  # of one volume; more is a loop or a bomb
DEPTH = 128  # folders inside folders
TARGET_BYTES = 4096  # PATH_MAX: a longer link target is none
KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFBLK: "device",
    stat.S_IFCHR: "device",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "other",
}


@dataclass(frozen=True)
class Entry:
    """One name in a volume, as its metadata say."""

    path: bytes  # from the volume's root, without a slash in front
    mode: int  # of stat(2)
    size: int
    place: str  # locator
    owner: str | None = None
    target: bytes | None = None
    modified: int | None = None  # seconds since 1970
    content: Callable[[], Iterator[bytes]] | None = None  # of a file
    kind: str | None = None  # where the mode does not tell


def members(entries: Iterable[Entry | Partly | Defect]) -> Iterator[Item]:
    """A `file` row for each entry, a Child for each file, in order."""
    for number, entry in enumerate(entries):
        if not isinstance(entry, Entry):
            yield entry
            continue
        if number >= ENTRIES:
            raise Unreadable(f"stopped after {ENTRIES} entries: a loop, or too many to be read")
        name = shown(entry.path.replace(b"\0", b"\\x00"))
        kind = entry.kind or KINDS.get(stat.S_IFMT(entry.mode), "other")
        target = None if entry.target is None else shown(entry.target.rstrip(b"\0"))
        mode = stat.S_IMODE(entry.mode)
        modified = moment(entry.modified)
        yield File(name, kind, entry.place, entry.size, mode, entry.owner, target, modified)
        if b".." in entry.path.split(b"/"):
            yield Defect("member name leaves the archive", name, entry.place)
        if kind == "file" and entry.content is not None:
            yield Child(name, entry.content())


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a time; None where no calendar has it."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def joined(folder: bytes, name: bytes) -> bytes:
    """A path below a folder of the volume."""
    return folder + b"/" + name if folder else name


def usable(name: bytes) -> bool:
    """True for a name that a file system may give: no slash, not the folder itself."""
    return bool(name) and b"/" not in name and name not in (b".", b"..")
