"""An npm package's package.json: which component it is, and what installing it runs.

What it depends on is not recorded: a dependency is no part of what was delivered.

Spec: npm package.json and scripts documentation (v10: life cycle operation order); PURL type `npm`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.code.command_line import command_rows
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.json_document import load_json, pointer
from evenhand.readers import Item

VERSION = "3"
RECOGNISES = {"names": ("package.json",)}
EMITS = ("component", "behaviour", "hidden_access", "defect")
CANNOT_SEE = {
    "component": "libraries that were copied or bundled into the package's own files",
    "behaviour": "what the programs do that installing starts",
    "hidden_access": "what the programs do that installing starts",
}

# What npm runs where a package is installed from a registry, without asking.
INSTALLS = ("preinstall", "install", "postinstall")
COMMAND_CHARACTERS = 200
SOUGHT_BYTES = 1 << 20


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the one `component` that the file describes, and its install steps."""
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
    scripts = document.get("scripts")
    for step in INSTALLS if isinstance(scripts, dict) else ():
        command = scripts.get(step)
        if isinstance(command, str) and command.strip():
            yield Behaviour(
                artefact.name,
                "runs at install",
                pointer("scripts", step),
                command.strip()[:COMMAND_CHARACTERS],
                f"npm runs the script `{step}` when the package is installed",
            )
            yield from command_rows(artefact.name, command, _line(artefact, step), "at install")


def _line(artefact: Artefact, step: str) -> int:
    """The line of a script's name, from 1; 1 where it is written in another way."""
    with artefact.open() as stream:
        text = stream.read(SOUGHT_BYTES)
    found = re.search(rb'"%s"\s*:' % step.encode(), text)
    return text.count(b"\n", 0, found.start()) + 1 if found else 1


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
