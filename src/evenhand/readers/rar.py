"""RAR archives: their list, and members that are stored as they are.

What RAR packed by its own methods takes a program outside of ours, which a confined reader may
not start: such members are named, not read.

Spec: RAR 5.0 archive format; rarfile 4 (older archives).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.artefact import Artefact, Child, shown
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.file import File
from evenhand.readers import Item, Partly
from evenhand.volume.entry import moment

if TYPE_CHECKING:
    import rarfile

VERSION = "1"
RECOGNISES = {"magic": ((0, "526172211a07"),)}
EMITS = ("file",)
CANNOT_SEE = {"file": "members that RAR's own methods packed, or that a password locks"}

PIECE = 1 << 16
STORED = 0x30  # RAR_M0
ADVICE = "unpack it with a program for RAR and give the folder"
SAME = (4, 5)  # RAR 5.0, redirection: a hard link, a file copy
SPLIT_BEFORE, SPLIT_AFTER = 1, 2  # RAR 4.x, flags of a file; rarfile sets them for RAR 5.0 too


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per member and a Child per stored one."""
    import rarfile

    rarfile.rar3_decompress = _no_comment
    split: list[str] = []

    def look(block: rarfile.RarInfo) -> None:
        if isinstance(getattr(block, "filename", None), str) and _is_split(block):
            split.append(shown(block.filename))

    faults = (
        rarfile.Error, struct.error, IndexError, KeyError, ValueError, OverflowError, TypeError,
        AttributeError, EOFError,
    )  # fmt: skip
    with artefact.open() as stream:
        try:
            archive = rarfile.RarFile(stream, part_only=True, info_callback=look)
            listed = archive.infolist()
        except faults as error:
            if isinstance(error, rarfile.NotRarFile):
                raise NotThisFormat("no archive") from None
            raise Unreadable(f"its list cannot be read: {str(error)[:100]}") from None
        if archive.needs_password() and not listed:
            raise Unreadable("its list is encrypted")
        packed = 0
        for number, member in enumerate(listed):
            yield _row(member, number)
            if not member.is_file() or _is_split(member):
                continue
            if _is_stored(archive, member):
                yield Child(shown(member.filename), _content(archive, member, faults))
            else:
                packed += 1
        if split:
            yield Partly(f"{split[0]} lies in several volumes, not read: {ADVICE}")
        if packed:
            yield Partly(f"{packed} members are packed by RAR's own methods or locked: {ADVICE}")


def _no_comment(*_: object, **__: object) -> bytes:
    """What a packed comment says: to unpack it would take the program outside of ours."""
    return b""


def _is_split(member: rarfile.RarInfo) -> bool:
    return bool((member.flags or 0) & (SPLIT_BEFORE | SPLIT_AFTER))


def _is_stored(archive: rarfile.RarFile, member: rarfile.RarInfo) -> bool:
    """True where it, or the member that it repeats, lies there as it is."""
    if member.file_redir and member.file_redir[0] in SAME:
        try:
            member = archive.getinfo(member.file_redir[2])
        except KeyError:  # rarfile.NoRarEntry
            return False
    return member.compress_type == STORED and not member.needs_password()


def _row(member: rarfile.RarInfo, number: int) -> File:
    kind = "directory" if member.is_dir() else "link" if member.is_symlink() else "file"
    modified = member.mtime.timestamp() if member.mtime and member.mtime.tzinfo else None
    return File(
        shown(member.filename or ""), kind, f"member {number}", member.file_size,
        modified=moment(None if modified is None else int(modified)),
    )  # fmt: skip


def _content(
    archive: rarfile.RarFile, member: rarfile.RarInfo, faults: tuple[type[Exception], ...]
) -> Iterator[bytes]:
    try:
        with archive.open(member) as source:
            while data := source.read(PIECE):
                yield data
    except faults as error:
        raise Unreadable(f"damaged: {str(error)[:100]}") from None
