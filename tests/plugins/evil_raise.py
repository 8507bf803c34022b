"""A reader made for tests: it does what a broken or taken-over one might (raise)."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c207261697365")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Fail as a reader with a mistake in it does."""
    yield Mention(artefact.name, "before.example.org", "line 1")
    raise KeyError("a mistake of the reader's own")
