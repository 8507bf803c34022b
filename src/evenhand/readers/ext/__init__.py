"""Ext2, ext3 and ext4 file systems: disk images of devices, cards and virtual machines.

Files are read from their inodes; the journal is not replayed, and what was deleted is not sought.

Spec: Linux Documentation/filesystems/ext4 (ondisk).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item, Partly
from evenhand.readers.ext.tree import Tree, Volume, volume
from evenhand.volume.entry import members
from evenhand.volume.span import after

VERSION = "1"
RECOGNISES = {"magic": ((1080, "53ef"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {
    "file": "files that were deleted; what the journal alone holds; extended attributes",
}

ENCRYPTED, JOURNAL_WAITS, META_GROUPS = 0x10000, 0x4, 0x10  # incompatible features


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    with artefact.open() as stream:
        stream.seek(1024)
        found = volume(stream.read(1024))
        if found is None:
            raise NotThisFormat("no superblock that can be")
        if found.incompatible & META_GROUPS:
            raise Unreadable("a file system with meta block groups is not read", 1120)
        yield from _gaps(found)
        yield from members(Tree(stream, found, artefact.size_bytes).entries())
        end = found.blocks * found.block_size
        if end > artefact.size_bytes:
            yield Partly(f"cut off: the file system has {end} bytes", artefact.size_bytes)
        yield from after(stream, end, artefact.size_bytes, "the file system")


def _gaps(found: Volume) -> Iterator[Partly]:
    if found.incompatible & ENCRYPTED:
        yield Partly("encrypted folders and files were read as they are stored")
    if found.incompatible & JOURNAL_WAITS:
        yield Partly("not unmounted cleanly: what its journal alone holds was not read")
