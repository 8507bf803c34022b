"""A reader made for tests: it does what a broken or taken-over one might (memory)."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c206d656d6f7279")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Take memory until there is none."""
    yield Mention(artefact.name, "before.example.org", "line 1")
    hoard = []
    while True:
        hoard.append(bytearray(64 << 20))
