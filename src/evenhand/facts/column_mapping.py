"""Fact table `column_mapping`: what a user says the columns of an inventory mean.

Spec: docs/reference/facts.md (Evidence contract); docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

VERSION = 1
MEANING = {
    "feeds": "fact table that rows of an inventory become",
    "uses": "names of the columns that an inventory must have for it",
    "decision": "decision by which the facts are `found`; empty: they are not",
}


class ColumnMapping(NamedTuple):
    """A mapping file that was read, one row for each fact table that it feeds."""

    feeds: str
    locator: str = ""
    uses: Sequence[str] = ()
    decision: str | None = None
    grade: str = "declared"
