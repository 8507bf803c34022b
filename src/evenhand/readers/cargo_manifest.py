"""A Rust package's Cargo.toml: which component it is, and whether a build script runs.

What it depends on is not recorded: a dependency is no part of what was delivered.

Spec: The Cargo Book, "The Manifest Format" and "Build Scripts"; PURL type `cargo`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.component import Component
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("Cargo.toml",)}
EMITS = ("component", "behaviour")
CANNOT_SEE = {
    "component": "code that was copied into the package's own files",
    "behaviour": "what a build script or a procedural macro does; a build.rs that is not named",
}

READ_BYTES = 4 << 20


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the `component` that the file describes, and its build script."""
    package = _package(artefact)
    name, version = package.get("name"), package.get("version")
    if not isinstance(name, str) or not name.strip():
        raise NotThisFormat("no package with a name (a workspace?)")
    version = version if isinstance(version, str) and version else None
    authors = package.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else None
    supplier = first.partition("<")[0].strip() if isinstance(first, str) else None
    url = f"pkg:cargo/{quote(name, safe='')}" + (f"@{quote(version, safe='')}" if version else "")
    yield Component(name, "/package", version, url, supplier or None, grade="declared")
    build = package.get("build")
    if isinstance(build, str) and build:
        because = "cargo compiles and runs it when the package is built"
        yield Behaviour(artefact.name, "runs at install", "/package/build", build[:200], because)


def _package(artefact: Artefact) -> dict[str, Any]:
    if artefact.size_bytes > READ_BYTES:
        raise Unreadable(f"a manifest of more than {READ_BYTES >> 20} MiB is not parsed", 0)
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError, TOMLDecodeError
        raise Unreadable(f"no TOML: {error}") from None
    package = document.get("package")
    if not isinstance(package, dict):
        raise NotThisFormat("no table [package]")
    return package
