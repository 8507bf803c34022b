"""Metadata of a Python distribution (METADATA, PKG-INFO): which component it is.

What it requires is not recorded: a requirement is no part of what was delivered.

Spec: PyPA core metadata 2.4; PURL type `pypi`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("METADATA", "PKG-INFO", "*.dist-info.METADATA")}
EMITS = ("component", "defect")
CANNOT_SEE = {"component": "libraries that were copied or linked into the distribution"}

HEADER_BYTES = 1 << 20  # fields beyond this are not read; real ones end after a few kilobytes
REQUIRED = ("Metadata-Version", "Name", "Version")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the one `component` that the metadata describe."""
    with artefact.open() as stream:
        raw = stream.read(HEADER_BYTES)
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    if not re.search(rb"(?mi)^Metadata-Version:", head):
        raise NotThisFormat("no field Metadata-Version")
    fields = BytesHeaderParser().parsebytes(head)
    for name in REQUIRED:
        if not str(fields.get(name, "")).strip():
            yield Defect("core metadata: required fields", f"no field {name}", "line 1")
    named = _plain(fields.get("Name"))
    version = _plain(fields.get("Version"))
    if named is None:
        return
    line = 1 + head[: _place_of_name(head)].count(b"\n")
    yield Component(
        named, f"line {line}", version, purl(named, version), _supplier(fields), grade="declared"
    )


def _place_of_name(head: bytes) -> int:
    match = re.search(rb"(?mi)^Name:", head)
    return match.start() if match else 0


def _plain(value: object) -> str | None:
    """One field as one line of text; `UNKNOWN` is what old tools wrote for nothing."""
    text = " ".join(str(value or "").split())
    return text if text and text != "UNKNOWN" else None


def _supplier(fields: Message) -> str | None:
    """Author or maintainer, by name; from their address field where that alone is filled in."""
    for field in ("Author", "Maintainer", "Author-email", "Maintainer-email"):
        value = _plain(fields.get(field))
        if value is not None:
            return parseaddr(value)[0] or value if field.endswith("email") else value
    return None


def purl(name: str, version: str | None) -> str:
    """Package URL: the name is normalised as PyPI does (lower case, runs of -_. become -)."""
    plain = re.sub(r"[-_.]+", "-", name).lower()
    return f"pkg:pypi/{quote(plain, safe='')}" + (f"@{quote(version, safe='')}" if version else "")
