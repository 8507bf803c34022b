"""Squashfs images: root file systems of routers, live systems, snaps and app images.

What follows the file system (another partition, a signature) is an artefact of its own.

Spec: Linux Documentation/filesystems/squashfs.rst (version 4.0).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.readers import Item
from evenhand.readers.squashfs.metadata import Superblock, superblock
from evenhand.readers.squashfs.tree import Tree
from evenhand.volume.entry import members
from evenhand.volume.span import after

VERSION = "1"
RECOGNISES = {"magic": ((0, "68737173"), (0, "73717368"), (0, "73687371"), (0, "71736873"))}
EMITS = ("file", "defect")
CANNOT_SEE = {
    "file": "extended attributes and capabilities; versions before 4.0, which are not read",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    with artefact.open() as stream:
        head = superblock(stream.read(96))
        if head is None:
            raise NotThisFormat("no superblock")
        _bear(head, artefact.size_bytes)
        yield from members(Tree(stream, head, artefact.size_bytes).entries())
        yield from after(stream, head.bytes_used, artefact.size_bytes, "the file system")


def _bear(head: Superblock, size: int) -> None:
    """Refuse what cannot be read at all."""
    if head.major != 4:
        raise Unreadable(f"squashfs version {head.major}.{head.minor} is not read", 28)
    if not 4096 <= head.block_size <= 1 << 20 or head.block_size != 1 << head.block_log:
        raise Unreadable(f"blocks of {head.block_size} bytes are none", 12)
    if head.inode_table >= size:
        raise Unreadable("cut off: the table of inodes lies beyond the end", size)
