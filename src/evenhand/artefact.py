"""An artefact: bytes with a name, a digest and a parent.

Spec: in-toto Statement v1, `subject` (name and digest).
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Artefact:
    """Bytes on this machine that a reader may read; nothing of them is ever executed.

    `name` is the path shown to people: relative to the argument given, `!/` between an archive
    and its member. `file` is where the bytes lie now; it never reaches a fact or a report.
    """

    name: str
    file: Path
    digest: str  # "sha256:" + 64 hex digits
    size_bytes: int
    parent: str | None = None  # digest of the artefact that this one lay in
    mappings: str | None = None  # a file of ours: the user's mappings to try on it (`offers`)
    key_logs: str | None = None  # a file of ours: the key logs met so far (`offers`)
    resolvers: str | None = None  # a file of ours: hosts that answer DNS over HTTPS (`offers`)

    def open(self) -> BinaryIO:
        """Open the bytes for reading from the start."""
        return self.file.open("rb")

    def map(self) -> mmap.mmap | bytes:
        """The bytes as a read-only memory map (empty bytes for an empty artefact)."""
        if self.size_bytes == 0:
            return b""
        with self.file.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


class Child(NamedTuple):
    """An artefact inside an artefact, on its way back to the pipeline.

    `name` is the member's own name as text (undecodable bytes as `\\xNN`). It is shown, never
    used as a path on disk. `content` is read at most once, in order, and maybe not to its end.
    """

    name: str
    content: Iterable[bytes]


def digest_of(stream: BinaryIO) -> str:
    """The sha256 of what is left in `stream`, as `sha256:<hex>`."""
    state = hashlib.sha256()
    while chunk := stream.read(CHUNK_BYTES):
        state.update(chunk)
    return f"sha256:{state.hexdigest()}"


def shown(raw: bytes | str) -> str:
    """A file name as text: UTF-8 where it is, every other byte as `\\xNN`."""
    data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    return data.decode("utf-8", "backslashreplace")
