"""A reader made for tests: it does what a broken or taken-over one might (crash)."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c206372617368")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Read address 0."""
    import ctypes

    yield Mention(artefact.name, "before.example.org", "line 1")
    ctypes.string_at(0)
