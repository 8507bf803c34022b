"""Lua source: what it does, by its parse tree.

Spec: Lua 5.4 reference manual.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item

VERSION = "5"
RECOGNISES = {"names": ("*.lua",)}
EMITS = ("accepted", "behaviour", "code_link", "hidden_access", "script_use", "usage_sign")
CANNOT_SEE = {
    "behaviour": "compiled Lua; what other programs and code that is fetched while it runs do",
    "hidden_access": "ways in that take more than one file or a flow through objects to see",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the code of one file does."""
    from evenhand.code.examine import rows

    with artefact.open() as stream:
        if stream.read(1) == b"\x1b":
            raise NotThisFormat("compiled Lua")
    yield from rows(artefact, "lua", "when run")
