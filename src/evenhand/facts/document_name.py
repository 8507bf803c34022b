"""Fact table `document_name`: the options, words and ports that a document of a product names.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "kind")
RANK = 65  # what papers say opens nothing
MEANING = {
    "path": "where the document was first met",
    "source": (
        "`man page`, `completion` (of a shell), `settings` (a file of settings, or an example of "
        "one), `unit` (of systemd), `document` (anything else that people read)"
    ),
    "about": "the program that it is about, by its name; empty: none in particular",
    "kind": "`option` (`--x`, `-x`), `word` (that is set apart: bold, quoted, in a list) or `port`",
    "names": "each name once, in the order of the alphabet",
}


class DocumentName(NamedTuple):
    """The names of one kind that a document holds."""

    path: str
    source: str
    kind: str
    names: Sequence[str]
    about: str | None = None
    locator: str = ""
    grade: str = "declared"
