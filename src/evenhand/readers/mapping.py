"""Mappings of inventories: what their columns mean, as a file `*.map.yaml` of the user's.

Spec: docs/decisions/0014-inventories.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import Mistakes, Unreadable
from evenhand.facts.column_mapping import ColumnMapping
from evenhand.mapping import MAX_BYTES, parse
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ["*.map.yaml", "*.map.yml"], "whole": True}
EMITS = ("column_mapping",)
CANNOT_SEE = {"column_mapping": "whether the columns mean what the mapping says"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the mapping feeds; every mistake in it at once, as `Unreadable`."""
    if artefact.parent is not None:
        raise Unreadable("a mapping inside an archive is not taken: give the file by itself")
    with artefact.open() as stream:
        text = stream.read(MAX_BYTES + 1)
    try:
        mapping = parse(text, artefact.name)
    except Mistakes as error:
        raise Unreadable("; ".join(error.lines)) from error
    for number, facts in enumerate(mapping.facts):
        yield ColumnMapping(
            feeds=facts.table,
            locator=f"/facts/{number}",
            uses=mapping.uses,
            decision=mapping.decision,
            grade=mapping.grade,
        )
