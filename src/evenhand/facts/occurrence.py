"""Fact table `occurrence`: the places where a content was met.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path",)
WATCH = ("artefact",)
MEANING = {
    "path": (
        "relative to the argument given; `!/` between an archive and its member; undecodable "
        "bytes as `\\xNN`"
    ),
    "parent": "digest of the artefact that it lay in; empty for a file given by the user",
}


class Occurrence(NamedTuple):
    """One row per place where a content was met; `artefact` is empty where it could not be read."""

    path: str
    locator: str = ""
    parent: str | None = None
    grade: str = "observed"
