"""An npm package's package.json: which component it is.

What it depends on is not recorded: a dependency is no part of what was delivered.

Spec: npm package.json documentation (v10); PURL type `npm`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.json_document import load_json
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("package.json",)}
EMITS = ("component", "defect")
CANNOT_SEE = {"component": "libraries that were copied or bundled into the package's own files"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the one `component` that the file describes."""
    document, twice = load_json(artefact)
    name = document.get("name") if isinstance(document, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise NotThisFormat("no object with a name: no package")
    for key in twice:
        yield Defect("RFC 8259 s. 4: names are unique", f"{key} stands twice in one object", "/")
    version = document.get("version")
    version = version if isinstance(version, str) and version else None
    yield Component(
        name,
        "/name",
        version,
        purl(name, version),
        _person(document.get("author")),
        grade="declared",
    )


def _person(said: Any) -> str | None:
    """A person as an object, or as text `Name <mail> (address)`."""
    text = said.get("name") if isinstance(said, dict) else said
    if not isinstance(text, str):
        return None
    return re.split(r"[<(]", text, maxsplit=1)[0].strip() or None


def purl(name: str, version: str | None) -> str:
    """Package URL: the scope is its namespace, `@` percent-encoded."""
    path = "/".join(quote(part, safe="") for part in name.split("/"))
    return f"pkg:npm/{path}" + (f"@{quote(version, safe='')}" if version else "")
