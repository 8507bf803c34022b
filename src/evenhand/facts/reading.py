"""Fact table `reading`: what a reader could and could not read of an artefact.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

VERSION = 1
MEANING = {
    "path": "where the artefact was first met",
    "reader": "name of the reader; empty where none was tried",
    "reader_version": "version of the reader",
    "outcome": "`read`, `partly`, `unreadable`, `unknown format` or `skipped`",
    "reason": "why it is not `read`; empty otherwise",
    "offset_bytes": "where in the artefact the reader stopped",
    "fed": "table → rows that this reading put into it, zero included",
    "complete_for": "tables of which this artefact says that it holds every row there is",
}


class Reading(NamedTuple):
    """What a reader could and could not read of an artefact."""

    path: str
    reader: str
    reader_version: str
    outcome: str
    reason: str
    locator: str = ""
    offset_bytes: int | None = None
    fed: Mapping[str, int] = MappingProxyType({})
    complete_for: Sequence[str] = ()
    grade: str = "observed"
