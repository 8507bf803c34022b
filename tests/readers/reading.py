"""Reads bytes with one reader, as the pipeline would, and keeps what came out.

Spec: docs of `evenhand.readers`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from evenhand.artefact import Artefact, Child
from evenhand.errors import Unreadable
from evenhand.readers import Partly

SHARED = Path(__file__).parents[2] / "../shared"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="no folder of real data beside us")


@dataclass
class Reading:
    """What a reader gave."""

    rows: list[Any] = field(default_factory=list)
    children: dict[str, bytes] = field(default_factory=dict)
    partly: list[Partly] = field(default_factory=list)
    failure: Unreadable | None = None

    def table(self, name: str) -> list[Any]:
        """The rows of one table."""
        return [r for r in self.rows if type(r).__module__.endswith(f".{name}")]

    @property
    def reasons(self) -> list[str]:
        """Why something was not read."""
        return [p.reason for p in self.partly] + ([self.failure.reason] if self.failure else [])


def read(reader: str, path: Path, name: str | None = None, most: int | None = None) -> Reading:
    """Read a file; at most `most` bytes of each child are pulled (all of them if None)."""
    made = Reading()
    artefact = Artefact(name or path.name, path, "sha256:" + "0" * 64, path.stat().st_size)
    try:
        for item in importlib.import_module(f"evenhand.readers.{reader}").read(artefact):
            if isinstance(item, Child):
                made.children[item.name] = pull(item, most)
            elif isinstance(item, Partly):
                made.partly.append(item)
            else:
                made.rows.append(item)
    except Unreadable as error:
        made.failure = error
    return made


def pull(child: Child, most: int | None) -> bytes:
    """The child's content, or its first `most` bytes."""
    if most == 0:
        return b""
    parts, length = [], 0
    for piece in child.content:
        parts.append(piece)
        length += len(piece)
        if most is not None and length >= most:
            break
    return b"".join(parts)[:most]


def read_bytes(reader: str, data: bytes, folder: Path, name: str = "artefact") -> Reading:
    """Read bytes that a test made."""
    path = folder / "artefact"
    path.write_bytes(data)
    return read(reader, path, name)
