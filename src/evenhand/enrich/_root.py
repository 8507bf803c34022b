"""Root file systems in the evidence: in archives, in folders, and as images merge their layers.

A root is where `etc/passwd` or `etc/shadow` lies below. Its files are known by their content, so
that a file that stands in two systems is read once and counts in both.

Spec: Filesystem Hierarchy Standard 3.0 (/etc); OCI Image Format 1.1, layer.md.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MARKS = ("etc/passwd", "etc/shadow")
STEPS = 40  # links that one path may lead over


@dataclass
class Root:
    """One root file system."""

    name: str  # what stands before the paths of its files, as shown
    files: dict[str, str] = field(default_factory=dict)  # path → content
    links: dict[str, str] = field(default_factory=dict)  # path → target, as stored

    def find(self, path: str) -> str | None:
        """The path where a path leads over links, None where nothing is there."""
        path = path.lstrip("/")
        for _ in range(STEPS):
            if path in self.files:
                return path
            parts = path.split("/")
            for count in range(len(parts), 0, -1):
                head = "/".join(parts[:count])
                if head in self.links:
                    target = self.links[head]
                    start = "" if target.startswith("/") else posixpath.dirname(head)
                    rest = "/".join(parts[count:])
                    path = posixpath.normpath(posixpath.join("/", start, target, rest)).lstrip("/")
                    break
            else:
                return None
        return None

    def matching(self, pattern: str) -> list[tuple[str, re.Match[str]]]:
        """Paths of files and links that a pattern fits whole, in order."""
        wanted = re.compile(pattern)
        found = ((p, wanted.fullmatch(p)) for p in sorted({*self.files, *self.links}))
        return [(path, match) for path, match in found if match]


def _plain(path: str) -> str:
    """A member's path without `./` or `/` in front."""
    return re.sub(r"^(?:\.?/)+", "", path)


def _split(path: str) -> tuple[str, str]:
    """What stands before the last member of a path, and the member."""
    archive, mark, member = path.rpartition("!/")
    return archive + mark, _plain(member)


def roots(connection: duckdb.DuckDBPyConnection) -> list[Root]:
    """Every root file system, in order of its name."""
    layers = {
        digest for (digest,) in connection.execute("SELECT layer FROM image_layer").fetchall()
    }
    query = "SELECT artefact, path, coalesce(parent, '') FROM occurrence ORDER BY path, artefact"
    held: dict[str, dict[str, str]] = {}  # archive → member → content
    places: dict[str, list[str]] = {}  # content → where it is an archive itself
    inside: dict[str, dict[str, str]] = {}  # layer → member → content
    for artefact, path, parent in connection.execute(query).fetchall():
        places.setdefault(artefact, []).append(path + "!/")
        archive, member = _split(path)
        if parent in layers:
            inside.setdefault(parent, {})[member] = artefact
        elif artefact:
            held.setdefault(archive, {})[member] = artefact
    places[""] = [""]
    found: dict[str, tuple[str, str]] = {}
    for archive, members in held.items():
        for member in members:
            if member.endswith(MARKS) and (member in MARKS or member[-11] == "/"):
                name = archive + member[: -len(MARKS[0])]
                found.setdefault(name, (archive, member[: -len(MARKS[0])]))
    made = [
        Root(name, {m[len(below) :]: a for m, a in held[archive].items() if m.startswith(below)})
        for name, (archive, below) in found.items()
    ]
    _link(connection, made, {n: below for n, (_, below) in found.items()}, found, places, layers)
    return sorted([*made, *_images(connection, inside)], key=lambda root: root.name)


def _link(
    connection: duckdb.DuckDBPyConnection,
    made: list[Root],
    below: dict[str, str],
    found: dict[str, tuple[str, str]],
    places: dict[str, list[str]],
    layers: set[str],
) -> None:
    """Put the links into the roots that they lie in."""
    wanted: dict[str, list[Root]] = {}
    for root in made:
        wanted.setdefault(found[root.name][0], []).append(root)
    query = "SELECT artefact, path, link_target FROM file WHERE link_target IS NOT NULL"
    for artefact, path, target in connection.execute(query).fetchall():
        if artefact in layers:
            continue
        for archive in places.get(artefact, ()):
            for root in wanted.get(archive, ()):
                plain, start = _plain(path), below[root.name]
                if plain.startswith(start):
                    root.links[plain[len(start) :]] = target


def _images(
    connection: duckdb.DuckDBPyConnection, inside: dict[str, dict[str, str]]
) -> Iterator[Root]:
    """The files of container images that a running container shows."""
    query = (
        "SELECT i.image, i.path, i.artefact, i.link_target, o.path FROM image_file AS i "
        "LEFT JOIN (SELECT artefact, min(path) AS path FROM occurrence GROUP BY artefact) AS o "
        "ON o.artefact = i.image WHERE i.state = 'present' ORDER BY i.image, i.path"
    )
    made: dict[str, Root] = {}
    for image, path, layer, target, place in connection.execute(query).fetchall():
        root = made.setdefault(image, Root(f"{place or image} (image) "))
        content = inside.get(layer, {}).get(path)
        if target is not None:
            root.links[path] = target
        elif content is not None:
            root.files[path] = content
    for root in made.values():
        if any(mark in root.files for mark in MARKS):
            yield root
