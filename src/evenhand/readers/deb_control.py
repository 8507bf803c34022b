"""Control data of Debian packages (`control` of a package, the `status` file of dpkg).

The package URL has a namespace only where the stanza states its origin.

Spec: Debian Policy 4.7 ch. 5, deb822(5), dpkg(1); PURL type `deb`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.declaration import Declaration
from evenhand.facts.defect import Defect
from evenhand.readers import Item, Partly

VERSION = "2"
RECOGNISES = {"names": ("control", "status", "available")}
EMITS = ("component", "declaration", "defect")
CANNOT_SEE = {
    "component": "libraries that were linked into a package's programs",
    "declaration": "what a package is for, beyond the section that it names",
}

LINE_BYTES = 1 << 16
WANTED = ("package", "source", "version", "architecture", "maintainer", "origin", "status",
          "section")  # fmt: skip
INSTALLED = ("installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one `component` per stanza that is a package (in dpkg's status: that is installed).

    Of a package on its own also its section, as a `declaration`.
    """
    with artefact.open() as stream:
        met = False
        for line, fields in _stanzas(stream):
            if isinstance(fields, Partly):
                yield fields
                continue
            name, version = fields.get("package"), fields.get("version")
            if not met and (name is None or ("version" not in fields and "status" not in fields)):
                raise NotThisFormat("the first stanza names no package and version")
            met = True
            place = f"line {line}"
            if name is None:
                yield Defect("deb822: a stanza names its package", "no field Package", place)
            elif "status" in fields and fields["status"].rpartition(" ")[2] not in INSTALLED:
                continue
            else:
                yield Component(
                    name,
                    place,
                    version,
                    purl(name, version, fields.get("architecture"), fields.get("origin")),
                    _name(fields.get("maintainer")),
                    grade="declared",
                )
                if "status" not in fields and "section" in fields:
                    yield Declaration("section", place, text=fields["section"], grade="declared")
        if not met:
            raise NotThisFormat("no stanza")


def _stanzas(stream: BinaryIO) -> Iterator[tuple[int, dict[str, str] | Partly]]:
    """Number of the first line and the fields that are wanted, stanza by stanza."""
    number, first, fields = 0, 1, dict[str, str]()
    while raw := stream.readline(LINE_BYTES):
        number += 1
        if not raw.endswith(b"\n") and len(raw) == LINE_BYTES:
            yield number, Partly(f"line {number} is too long: the rest was not read", stream.tell())
            break
        if not raw.strip():
            if fields:
                yield first, fields
            fields = {}
            continue
        match = re.match(rb"([!-9;-~]+):[ \t]*(.*?)\s*$", raw, re.S)
        if match is None and not raw.startswith((b" ", b"\t", b"#", b"-")):
            if not fields:
                raise NotThisFormat(f"line {number} is no field")
            continue
        key = match[1].decode("ascii").lower() if match else ""
        if match and key in WANTED and match[2]:
            first = number if not fields else first
            fields[key] = match[2].decode("utf-8", "replace")
    if fields:
        yield first, fields


def _name(maintainer: str | None) -> str | None:
    return (maintainer or "").partition("<")[0].strip(' "') or maintainer


def purl(name: str, version: str | None, architecture: str | None, origin: str | None) -> str:
    """Package URL of type deb."""
    space = f"{quote(origin.lower(), safe='')}/" if origin else ""
    stated = f"@{quote(version, safe=':')}" if version else ""
    arch = f"?arch={quote(architecture, safe='')}" if architecture else ""
    return f"pkg:deb/{space}{quote(name.lower(), safe='')}{stated}{arch}"
