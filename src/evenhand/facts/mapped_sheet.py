"""Fact table `mapped_sheet`: tables of a user's own that became facts, and by which mapping.

Spec: docs/reference/facts.md (Evidence contract); docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "mapping": "digest of the mapping file; its own place is in `occurrence`",
    "sheet": "sheet or table inside the artefact; empty where the artefact is one table",
    "rows_read": "rows below the header, blank ones left out",
    "rows_left": "rows of these of which no fact, or not every fact wanted, could be made",
}


class MappedSheet(NamedTuple):
    """A sheet, file or table whose rows became facts by a mapping."""

    mapping: str
    sheet: str
    rows_read: int
    rows_left: int
    locator: str = ""
    grade: str = "observed"
