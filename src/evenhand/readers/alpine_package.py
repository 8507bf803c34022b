"""Metadata of Alpine packages: `.PKGINFO` of a package, `lib/apk/db/installed` of a system.

A package is three gzip streams one after the other, which open as one tar archive.

Spec: Alpine wiki, "Apk spec" (package format v2, installed database); PURL type `apk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.component import Component
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"names": (".PKGINFO", "installed", ".pre-*", ".post-*", ".trigger")}
EMITS = ("component", "behaviour")
CANNOT_SEE = {
    "component": "libraries that were linked into a package's programs",
    "behaviour": "what the script does that installing runs",
}

LINE_BYTES = 1 << 16
SCRIPTS = {
    **{f".{when}-install": "runs at install" for when in ("pre", "post")},
    **{f".{when}-upgrade": "runs at install" for when in ("pre", "post")},
    **{f".{when}-deinstall": "runs at removal" for when in ("pre", "post")},
    ".trigger": "runs at install",
}


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a `component` per package, or the install step that the file is."""
    name = artefact.name.rpartition("/")[2]
    if name in SCRIPTS:
        with artefact.open() as stream:
            if stream.read(2) != b"#!":
                raise NotThisFormat("no script")
        because = f"apk runs a package's {name}"
        yield Behaviour(artefact.name, SCRIPTS[name], "line 1", name, because)
        return
    mark = b"=" if name == ".PKGINFO" else b":"
    keys = ("pkgname", "pkgver", "arch", "maintainer") if mark == b"=" else ("P", "V", "A", "m")
    met = 0
    for line, fields in _stanzas(artefact, mark, keys):
        if isinstance(fields, Partly):
            yield fields
        elif keys[0] in fields and keys[1] in fields:
            met += 1
            yield _component(fields, keys, line)
        elif not met:
            break
    if not met:
        raise NotThisFormat("the first stanza names no package and version")


def _stanzas(
    artefact: Artefact, mark: bytes, keys: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str] | Partly]]:
    """Number of the first line and the fields that are wanted, stanza by stanza."""
    wanted = {key.encode(): key for key in keys}
    first, number, fields = 1, 0, dict[str, str]()
    with artefact.open() as stream:
        while raw := stream.readline(LINE_BYTES):
            number += 1
            if len(raw) == LINE_BYTES and not raw.endswith(b"\n"):
                yield number, Partly(f"line {number} is too long: the rest was not read")
                break
            if not raw.strip():
                if fields:
                    yield first, fields
                first, fields = number + 1, {}
                continue
            key, found, value = raw.partition(mark)
            if found and key.strip() in wanted:
                fields[wanted[key.strip()]] = value.decode("utf-8", "replace").strip()
    if fields:
        yield first, fields


def _component(fields: dict[str, str], keys: tuple[str, ...], line: int) -> Component:
    name, version, arch, maker = (fields.get(k, "") for k in keys)
    url = f"pkg:apk/{quote(name.lower(), safe='')}@{quote(version, safe='')}"
    url += f"?arch={quote(arch, safe='')}" if arch else ""
    supplier = maker.partition("<")[0].strip() or maker or None
    return Component(name, f"line {line}", version, url, supplier, grade="declared")
