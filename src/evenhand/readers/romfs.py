"""Romfs images: the small read-only file system of old and tiny devices.

Spec: Linux Documentation/filesystems/romfs.rst.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item, Partly
from evenhand.volume.entry import DEPTH, TARGET_BYTES, Entry, joined, members, usable
from evenhand.volume.span import after, stretch

VERSION = "1"
RECOGNISES = {"magic": ((0, "2d726f6d3166732d"),)}
EMITS = ("file", "defect")
CANNOT_SEE = {"file": "owners, modes and times, which the format does not have"}

HARD_LINK, FOLDER, FILE, LINK = 0, 1, 2, 3
FORMS = {FOLDER: stat.S_IFDIR, FILE: stat.S_IFREG, LINK: stat.S_IFLNK, 4: stat.S_IFBLK}
FORMS |= {5: stat.S_IFCHR, 6: stat.S_IFSOCK, 7: stat.S_IFIFO}
NAME_BYTES = 1024


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `file` row per entry and a Child per regular file, folder by folder."""
    with artefact.open() as stream:
        head = stream.read(512)
        size = int.from_bytes(head[8:12], "big")
        if len(head) < 32 or not size >= 32:
            raise NotThisFormat("no header")
        words = [int.from_bytes(head[i : i + 4], "big") for i in range(0, min(512, size) & ~3, 4)]
        if sum(words) & 0xFFFFFFFF:
            yield Partly("the checksum of the header does not match", 12)
        first = _past_name(stream, 16)
        yield from members(_entries(stream, first, artefact.size_bytes))
        if size > artefact.size_bytes:
            yield Partly(f"cut off: the file system has {size} bytes", artefact.size_bytes)
        yield from after(stream, size, artefact.size_bytes, "the file system")


def _past_name(stream: BinaryIO, at: int) -> int:
    name = os.pread(stream.fileno(), NAME_BYTES, at).partition(b"\0")[0]
    return at + (len(name) + 16 & ~15)


def _entries(stream: BinaryIO, first: int, limit: int) -> Iterator[Entry | Partly]:
    """Each header once: they are a list in each folder, and a damaged one may run in a ring."""
    seen = set[int]()
    waiting = [(b"", first, 0)]
    while waiting:
        folder, at, depth = waiting.pop()
        deeper = []
        while at:
            if at in seen or at + 16 > limit:
                yield Partly("a list of files is damaged: the rest of it was not read", at)
                break
            seen.add(at)
            raw = os.pread(stream.fileno(), 16, at)
            following, info, size, _ = (
                int.from_bytes(raw[i : i + 4], "big") for i in (0, 4, 8, 12)
            )
            name = os.pread(stream.fileno(), NAME_BYTES, at + 16).partition(b"\0")[0]
            begin, kind = _past_name(stream, at + 16), following & 7
            if usable(name) and kind != HARD_LINK:
                path = joined(folder, name)
                yield _entry(stream, path, kind, following & 8, size, at, begin)
                if kind == FOLDER and info and depth < DEPTH:
                    deeper.append((path, info, depth + 1))
            at = following & ~15
        waiting += reversed(deeper)


def _entry(
    stream: BinaryIO, path: bytes, kind: int, runs: int, size: int, at: int, begin: int
) -> Entry:
    target = os.pread(stream.fileno(), min(size, TARGET_BYTES), begin) if kind == LINK else None
    mode = FORMS[kind] | (0o755 if runs or kind == FOLDER else 0o644)

    def content() -> Iterator[bytes]:
        return stretch(stream, begin, size)

    length = size if kind in (FILE, LINK) else 0
    return Entry(path, mode, length, f"offset {at}", None, target, None, content)
