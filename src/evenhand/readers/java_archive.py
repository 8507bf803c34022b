"""What a Java archive says of itself: `META-INF/MANIFEST.MF` and Maven's `pom.properties`.

Maven's coordinates name a component exactly; a manifest names it only where it states a symbolic
name, a title or a module, and its package URL is then left out.

Spec: JAR File Specification (manifest), OSGi Core 8 s. 3.2, Maven Archiver; PURL type `maven`.
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
RECOGNISES = {"names": ("MANIFEST.MF", "pom.properties")}
EMITS = ("component", "behaviour")
CANNOT_SEE = {
    "component": "classes that were copied from other archives",
    "behaviour": "what the named classes do",
}

READ_BYTES = 1 << 20
NAMES = ("Bundle-SymbolicName", "Automatic-Module-Name", "Implementation-Title", "Bundle-Name")
VERSIONS = ("Implementation-Version", "Bundle-Version", "Specification-Version")
SUPPLIERS = ("Implementation-Vendor", "Bundle-Vendor", "Specification-Vendor")
# Classes that a virtual machine runs before a program's own, named by the archive (java.lang
# .instrument): they may change every class that is loaded.
AGENTS = ("Premain-Class", "Agent-Class", "Launcher-Agent-Class")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the `component` that the file names, and agents that it starts."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)
    if artefact.name.endswith("pom.properties"):
        yield _maven(raw)
        return
    # Only the main section speaks of the archive; a line that opens with a blank goes on.
    main = re.split(rb"\r?\n\r?\n|\r\r", raw.lstrip(), maxsplit=1)[0]
    text = re.sub(rb"\r?\n ", b"", main).decode("utf-8", "replace")
    fields = dict(re.findall(r"(?m)^([A-Za-z0-9_-]{1,70}): ?(.*?)\s*$", text))
    if "Manifest-Version" not in fields:
        raise NotThisFormat("no field Manifest-Version")
    name = next((fields[k] for k in NAMES if fields.get(k)), None)
    if name:
        version = next((fields[k] for k in VERSIONS if fields.get(k)), None)
        supplier = next((fields[k] for k in SUPPLIERS if fields.get(k)), None)
        plain = name.partition(";")[0].strip()
        yield Component(plain, "main section", version, None, supplier, grade="declared")
    for key in AGENTS:
        if fields.get(key):
            because = f"the manifest names it as {key}"
            yield Behaviour(artefact.name, "hooks", "main section", fields[key][:200], because)


def _maven(raw: bytes) -> Component:
    text = raw.decode("utf-8", "replace")
    said = dict(re.findall(r"(?m)^\s*(groupId|artifactId|version)\s*[=:]\s*(\S+)\s*$", text))
    if "artifactId" not in said or "groupId" not in said:
        raise NotThisFormat("no groupId and artifactId")
    group, name, version = said["groupId"], said["artifactId"], said.get("version")
    url = f"pkg:maven/{quote(group, safe='')}/{quote(name, safe='')}"
    url += f"@{quote(version, safe='')}" if version else ""
    line = 1 + text[: text.find("artifactId")].count("\n")
    return Component(f"{group}:{name}", f"line {line}", version, url, None, grade="declared")
