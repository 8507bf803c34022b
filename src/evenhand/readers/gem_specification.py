"""A Ruby gem's specification (`metadata` in a gem): which component it is, what installing runs.

The document is read as lines, never as YAML: its tags ask for objects to be made.

Spec: RubyGems, "Specification Reference"; PURL type `gem`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.component import Component
from evenhand.readers import Item, Partly

VERSION = "1"
# `--- !ruby/object:Gem::Specification`
RECOGNISES = {
    "magic": ((0, "2d2d2d2021727562792f6f626a6563743a47656d3a3a53706563696669636174696f6e"),)
}
EMITS = ("component", "behaviour")
CANNOT_SEE = {
    "component": "code that was copied into the gem's own files",
    "behaviour": "what an extension's build does",
}

READ_BYTES = 1 << 20


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the `component` that the specification describes, and its extensions."""
    with artefact.open() as stream:
        text = stream.read(READ_BYTES).decode("utf-8", "replace")
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)
    name = _scalar(text, r"^name: (.+)$")
    version = _scalar(text, r"^version: !ruby/object:Gem::Version\r?\n  version: (.+)$")
    if name is None:
        raise NotThisFormat("no name")
    supplier = _scalar(text, r"^authors:\r?\n- (.+)$")
    platform = _scalar(text, r"^platform: (.+)$")
    url = f"pkg:gem/{quote(name, safe='')}" + (f"@{quote(version, safe='')}" if version else "")
    if platform not in (None, "ruby"):
        url += f"?platform={quote(platform or '', safe='')}"
    place = f"line {1 + text[: text.find('name:')].count(chr(10))}"
    yield Component(name, place, version, url, supplier, grade="declared")
    listed = re.search(r"(?m)^extensions:\r?\n((?:- .+\r?\n)+)", text)
    for line in listed[1].splitlines()[:100] if listed else ():
        because = "gem runs it to build an extension when the gem is installed"
        yield Behaviour(artefact.name, "runs at install", "/extensions", line[2:202], because)


def _scalar(text: str, pattern: str) -> str | None:
    match = re.search(pattern, text, re.MULTILINE)
    return match[1].strip().strip("'\"") or None if match else None
