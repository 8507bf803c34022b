"""Fact table `announced`: what a product's own documents say of ways in, of data sent and the like.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
COMPARE = ("path", "topic", "name")
RANK = 60  # what papers say opens nothing
MEANING = {
    "path": "where the document was first met",
    "topic": (
        "what the sentence is about: `account`, `remote access`, `debugging`, `data sent`, "
        "`update`, `schedule`, `replaced function`, `commands`"
    ),
    "name": "what stands in it: an option, a host, `port 22`, an account, a path, a variable",
    "controllable": "true where it, or the next, says how to turn it off, limit or refuse it",
    "sentence": "the sentence, shortened",
}


class Announced(NamedTuple):
    """A name that stands in a sentence of a document about a way in, data sent or the like."""

    path: str
    topic: str
    name: str
    locator: str = ""
    controllable: bool | None = None
    sentence: str | None = None
    grade: str = "declared"
