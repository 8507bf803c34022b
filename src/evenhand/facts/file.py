"""Fact table `file`: a member of an archive or file system image, with what its entry says.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

VERSION = 1
COMPARE = ("path",)
WATCH = ("kind", "mode", "owner", "link_target")
MEANING = {
    "path": "name inside the archive, as stored",
    "kind": "`file`, `directory`, `link`, `hard link`, `device`, `fifo` or `other`",
    "size_bytes": "length that the entry states",
    "mode": "permission bits, as an integer (0o755 = 493)",
    "owner": "user name or number in the entry",
    "link_target": "where a link points, as stored",
    "modified": "time of modification, UTC",
}


class File(NamedTuple):
    """A member of an archive or file system image, with what its entry says."""

    path: str
    kind: str
    locator: str = ""
    size_bytes: int | None = None
    mode: int | None = None
    owner: str | None = None
    link_target: str | None = None
    modified: datetime | None = None
    grade: str = "observed"
