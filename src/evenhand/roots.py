"""Roots: the files that the user named, and the files in the folders that he named.

Spec: DESIGN, contract of the command line (files, folders, `-` for standard input).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from evenhand import standard_input
from evenhand.artefact import Artefact, digest_of, shown
from evenhand.errors import Mistakes, UserError

KINDS = (
    (stat.S_ISLNK, "a symbolic link: not followed, its target is read where it lies"),
    (stat.S_ISFIFO, "a named pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
    (stat.S_ISCHR, "a device, not a file"),
)


class Unread(NamedTuple):
    """A place that holds nothing to read, or nothing that may be read, or not all of it."""

    path: str
    outcome: str  # `skipped` or `unreadable`; `partly` where what was read has a digest
    reason: str
    digest: str = ""
    target: str | None = None  # where a symbolic link points, as stored


def roots_of(paths: Sequence[str], folder: Path) -> Iterator[Artefact | Unread]:
    """Every file named, in order of the arguments, then of the paths' bytes.

    `folder` takes standard input. A path that does not exist is the user's mistake; all such are
    raised at once before anything is read.
    """
    missing = [p for p in paths if p != "-" and not os.path.lexists(p)]
    if missing:
        raise Mistakes(f"{shown(p)}: no such file or folder" for p in missing)
    for argument, prefix in zip(paths, _prefixes(paths), strict=True):
        if argument == "-":
            yield from _standard_input(folder)
        elif Path(argument).is_dir():
            yield from _in_folder(argument, prefix)
        else:
            yield root(argument, prefix + os.path.basename(argument))


def _prefixes(paths: Sequence[str]) -> list[str]:
    """What to put before the paths of each argument: its own name where several were given.

    Paths are relative to the argument; with several folders that could make two places look
    like one, so each folder's own name goes first, numbered where even that is not enough.
    """
    folders = [p for p in paths if p != "-" and Path(p).is_dir()]
    if len(paths) < 2 or not folders:
        names = [os.path.basename(p) for p in paths]
        if len(set(names)) == len(names):
            return ["" for _ in paths]
    seen: dict[str, int] = {}
    prefixes = []
    for path in paths:
        name = os.path.basename(os.path.abspath(path)) if path in folders else ""
        key = name or os.path.basename(path)
        seen[key] = seen.get(key, 0) + 1
        number = f"({seen[key]})" if seen[key] > 1 else ""
        prefixes.append(f"{name}{number}/" if name or number else "")
    return prefixes


def _in_folder(folder: str, prefix: str) -> Iterator[Artefact | Unread]:
    """Every file below a folder; links are not followed and one folder never fails the rest."""
    start = os.fsencode(folder)
    waiting = [start]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda e: e.name)
        except OSError as error:
            name = _below(here, start, prefix) or "."
            yield Unread(name, "unreadable", error.strerror or str(error))
            continue
        deeper = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                deeper.append(entry.path)
            else:
                yield root(os.fsdecode(entry.path), _below(entry.path, start, prefix), False)
        waiting += reversed(deeper)


def _below(path: bytes, start: bytes, prefix: str) -> str:
    return prefix + shown(os.path.relpath(path, start))


def root(place: str, name: str, followed: bool = True) -> Artefact | Unread:
    """The file at a place, named so."""
    name = shown(name)
    try:
        mode = os.stat(place, follow_symlinks=followed).st_mode
        for is_kind, reason in KINDS:
            if is_kind(mode):
                target = shown(os.readlink(os.fsencode(place))) if stat.S_ISLNK(mode) else None
                return Unread(name, "skipped", reason, target=target)
        with Path(place).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            return Artefact(name, Path(place), digest_of(stream), size)
    except OSError as error:
        return Unread(name, "unreadable", error.strerror or str(error))


def _standard_input(folder: Path) -> Iterator[Artefact | Unread]:
    place = folder / "standard-input"
    try:
        whole = standard_input.keep(place)
    except OSError as error:
        raise UserError(f"standard input was not kept in {folder}: {error.strerror}") from error
    found = root(str(place), "-", False)
    yield found
    if not whole and isinstance(found, Artefact):
        reason = f"interrupted after {found.size_bytes} bytes: what came later was not read"
        yield Unread("-", "partly", reason, found.digest)
