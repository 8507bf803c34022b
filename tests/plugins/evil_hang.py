"""A reader made for tests: it does what a broken or taken-over one might (hang)."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c2068616e67")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Never end."""
    import time

    yield Mention(artefact.name, "before.example.org", "line 1")
    while True:
        time.sleep(1)
