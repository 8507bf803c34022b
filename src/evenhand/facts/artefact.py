"""Fact table `artefact`: one row per content: what was looked at.

Spec: in-toto Statement v1, subject.
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "kind": "format as recognised: the readers' names joined by `+`, or `unknown`",
    "size_bytes": "length of the content in bytes",
}


class Artefact(NamedTuple):
    """One row per content: what was looked at."""

    kind: str
    size_bytes: int
    locator: str = ""
    grade: str = "observed"
