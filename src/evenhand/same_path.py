"""Which path of one release is which path of another: versions, hashes and moves set aside.

A path keeps its place where only a version or a hash in it differs (`a-1.0/x.py`, `libz.so.1.2`,
`main.3f9c2ab1.js`). What is left is the same file where the content is the same, and else where
the ends of the paths agree, the longer the end the sooner; a bare name agrees only where it is
the only one on both sides. Nothing depends on what the root is called, or on the archive around
it: an archive is so compared with the sources that it was made from.

Spec: PEP 440 and deb-version(7) (versions); GNU ld (names of shared objects).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

INSIDE = "!/"  # between an archive and its member
OPEN = "*"  # stands for a version or a hash
DEEPEST = 40  # parts of a path's end that are looked at

_VERSION = re.compile(r"v?\d+(?:\.\d+)+(?:[-+~.]?(?:a|b|rc|alpha|beta|dev|post|deb|ubuntu|r)\d+)*")
_SHARED = re.compile(r"(?<=\.so)\.\d[\w.]*$")
_TAG = re.compile(r"(?<=cpython-)\d+|(?<=-cp)\d+")
# `main.3f9c2ab1.js`, `chunk-3f9c2ab1e0.css`: what a bundler puts between name and suffix
_HEX = re.compile(r"(?<=[.\-_])(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{8,64}(?=[.\-_]|$)")
_MIXED = re.compile(
    r"(?<=[.\-])(?=[\w\-]{0,7}\d)(?=[\w\-]{0,7}[a-z])(?=[\w\-]{0,7}[A-Z])[\w\-]{8}(?=\.\w+$)",
    re.ASCII,
)


@lru_cache(maxsize=1 << 16)
def _open(part: str) -> str:
    for pattern in (_SHARED, _VERSION, _TAG, _HEX, _MIXED):
        part = pattern.sub(OPEN, part)
    return part


def opened(path: str) -> str:
    """The path below its last archive, with versions and hashes left open."""
    return "/".join(map(_open, _parts(path.rpartition(INSIDE)[2])))


def _parts(path: str) -> list[str]:
    return [p for p in path.split("/") if p not in ("", ".")]


def _whole(path: str) -> tuple[str, ...]:
    """All parts of a path, those of the archives around it too."""
    return tuple(_open(p) for piece in path.split(INSIDE) for p in _parts(piece))


def match(new: Mapping[str, str], old: Mapping[str, str]) -> dict[str, str]:
    """Path of the new release → the same path of the old one; given path → digest of its content
    (empty: not known). Paths that are new are left out. Each old path is used once.
    """
    found: dict[str, str] = {}
    left_new, left_old = _by_name(new, old, found)
    left_new, left_old = _by_content(new, old, left_new, left_old, found)
    _by_end(left_new, left_old, found)
    return found


def _by_name(
    new: Iterable[str], old: Iterable[str], found: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Pair paths that are equal once opened; returns what is left of both."""
    for shape in (lambda p: "/".join(_whole(p)), opened):
        taken = set(found.values())
        free: dict[str, list[str]] = {}
        for path in sorted(old, reverse=True):
            if path not in taken:
                free.setdefault(shape(path), []).append(path)
        for path in sorted(new):
            if path not in found and (there := free.get(shape(path))):
                found[path] = there.pop()
    taken = set(found.values())
    return [p for p in sorted(new) if p not in found], [p for p in sorted(old) if p not in taken]


def _by_content(
    new: Mapping[str, str],
    old: Mapping[str, str],
    left_new: list[str],
    left_old: list[str],
    found: dict[str, str],
) -> tuple[list[str], list[str]]:
    """Pair what has one content, wherever it lies."""
    free: dict[str, list[str]] = {}
    for path in reversed(left_old):
        if old[path]:
            free.setdefault(old[path], []).append(path)
    for path in left_new:
        if there := free.get(new[path]):
            found[path] = there.pop()
    taken = set(found.values())
    return [p for p in left_new if p not in found], [p for p in left_old if p not in taken]


def _by_end(left_new: list[str], left_old: list[str], found: dict[str, str]) -> None:
    """Pair paths by the longest end that they share."""
    parts = {p: _whole(p) for p in (*left_new, *left_old)}
    longest = min(DEEPEST, max((len(p) for p in parts.values()), default=0))
    for length in range(longest, 0, -1):
        free: dict[tuple[str, ...], list[str]] = {}
        for path in left_old:
            if len(parts[path]) >= length:
                free.setdefault(parts[path][-length:], []).append(path)
        if not free:
            continue
        ends: dict[tuple[str, ...], list[str]] = {}
        for path in left_new:
            if len(parts[path]) >= length and parts[path][-length:] in free:
                ends.setdefault(parts[path][-length:], []).append(path)
        for end, paths in ends.items():
            # `README` alone says little where there are several
            if length == 1 and (len(paths) > 1 or len(free[end]) > 1):
                continue
            found.update(zip(paths, free[end], strict=False))
        taken = set(found.values())
        left_new = [p for p in left_new if p not in found]
        left_old = [p for p in left_old if p not in taken]
