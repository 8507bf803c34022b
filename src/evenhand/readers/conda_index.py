"""A conda package's info/index.json: which component it is.

Spec: conda documentation, "Package specification" (.tar.bz2 and .conda); PURL type `conda`.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.json_document import load_json
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("index.json",), "keys": ("name", "version", "build", "depends")}
EMITS = ("component", "defect")
CANNOT_SEE = {"component": "libraries that were copied or linked into the package's files"}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the one `component` that the file describes."""
    document, twice = load_json(artefact)
    if not isinstance(document, dict):
        raise NotThisFormat("no object")
    name, version, build, subdir = (
        v if isinstance(v, str) and v else None
        for v in (document.get(k) for k in ("name", "version", "build", "subdir"))
    )
    if name is None:
        raise NotThisFormat("no name")
    for key in twice:
        yield Defect("RFC 8259 s. 4: names are unique", f"{key} stands twice in one object", "/")
    url = f"pkg:conda/{quote(name, safe='')}" + (f"@{quote(version, safe='')}" if version else "")
    said = [f"{k}={quote(v, safe='')}" for k, v in (("build", build), ("subdir", subdir)) if v]
    url += "?" + "&".join(said) if said else ""
    yield Component(name, "/name", version, url, None, grade="declared")
