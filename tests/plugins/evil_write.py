"""A reader made for tests: it does what a broken or taken-over one might (write)."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.facts.mention import Mention

VERSION = "1"
RECOGNISES = {"magic": [(0, "4556494c207772697465")]}
EMITS = ("mention",)
CANNOT_SEE = {"*": "anything: it is made to fail"}


def read(artefact: Artefact) -> Iterator[Mention]:
    """Try to write beside the artefact, whose name says where."""
    from pathlib import Path

    target = Path(artefact.file).parent / "written-by-reader"
    try:
        target.write_text("taken over")
        yield Mention(artefact.name, "written.example.org", "line 1")
    except PermissionError:
        yield Mention(artefact.name, "refused-write.example.org", "line 1")
