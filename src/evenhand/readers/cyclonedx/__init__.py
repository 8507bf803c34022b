"""CycloneDX bills of material in JSON: the components that a document declares.

The document is held against the schema of the version that it states, and its references against
its own parts. Nested components count like others.

Spec: ECMA-424 (CycloneDX), JSON, versions 1.2 to 1.7.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.json_document import load_json, pointer
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"keys": ("bomFormat",)}
EMITS = ("component", "defect")
CANNOT_SEE = {"component": "parts of the product that its bill of material leaves out"}

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
SCHEMAS = Path(__file__).parent
CHECKED_BYTES = 16 << 20  # a longer document is read, but not held against the schema
MOST_DEFECTS = 100
SHOWN = 200  # characters of a message; it may quote half the document


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the components in the document's order, then what breaks the standard."""
    document, twice = load_json(artefact)
    if not isinstance(document, dict) or "bomFormat" not in document:
        raise NotThisFormat("no object with bomFormat")
    refs: dict[str, int] = {}
    for place, part in _components(document):
        row = _component(place, part)
        if row is not None:
            yield row
        ref = part.get("bom-ref")
        if isinstance(ref, str):
            refs[ref] = refs.get(ref, 0) + 1
    for key in twice:
        yield Defect("RFC 8259 s. 4: names are unique", f"{key} stands twice in one object", "/")
    yield from _references(document, refs)
    yield from _against_schema(document, artefact.size_bytes)


def _components(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every component, outer before inner; a stack, because documents nest without end."""
    metadata = document.get("metadata")
    root = metadata.get("component") if isinstance(metadata, dict) else None
    stack: list[tuple[str, Any]] = [("", document.get("components"))]
    stack.append(("/metadata/component", root))
    while stack:
        place, here = stack.pop()
        if isinstance(here, list):
            at = place or "/components"
            stack.extend((f"{at}/{i}", part) for i, part in reversed(list(enumerate(here))))
        elif isinstance(here, dict):
            yield place, here
            if isinstance(here.get("components"), list):
                stack.append((f"{place}/components", here["components"]))


def _component(place: str, part: dict[str, Any]) -> Component | None:
    name = part.get("name")
    if not isinstance(name, str) or not name:
        return None  # the schema's check says so
    group = part.get("group")
    supplier = part.get("supplier")
    named = supplier.get("name") if isinstance(supplier, dict) else None
    return Component(
        f"{group}/{name}" if isinstance(group, str) and group else name,
        place,
        _text(part.get("version")),
        _text(part.get("purl")),
        _text(named) or _text(part.get("publisher")),
        _sha256(part.get("hashes")),
        grade="declared",
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _sha256(hashes: Any) -> str | None:
    for entry in hashes if isinstance(hashes, list) else ():
        if isinstance(entry, dict) and entry.get("alg") == "SHA-256":
            content = entry.get("content")
            return f"sha256:{content.lower()}" if isinstance(content, str) else None
    return None


def _references(document: dict[str, Any], refs: dict[str, int]) -> Iterator[Defect]:
    """`bom-ref` is unique in the document, and dependencies name what is there."""
    for ref in sorted(r for r, count in refs.items() if count > 1):
        yield Defect("bom-ref is unique", f"{ref[:SHOWN]} is given to {refs[ref]} components")
    known = set(refs) | set(_other_refs(document))
    dependencies = document.get("dependencies")
    met = 0
    for number, entry in enumerate(dependencies if isinstance(dependencies, list) else ()):
        named = [entry.get("ref")] if isinstance(entry, dict) else []
        on = entry.get("dependsOn") if isinstance(entry, dict) else None
        for target in named + (on if isinstance(on, list) else []):
            if isinstance(target, str) and target not in known and met < MOST_DEFECTS:
                met += 1
                message = f"{target[:SHOWN]} is no bom-ref of this document"
                place = pointer("dependencies", number)
                yield Defect("a dependency refers to a part of the document", message, place)


def _other_refs(document: dict[str, Any]) -> Iterator[str]:
    """`bom-ref` of everything that is no component: services, workflows, standards …"""
    stack: list[Any] = [v for k, v in document.items() if k != "components"]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            if isinstance(here.get("bom-ref"), str):
                yield here["bom-ref"]
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)


def _against_schema(document: dict[str, Any], size_bytes: int) -> Iterator[Item]:
    version = document.get("specVersion")
    if version not in VERSIONS:
        known = f"{VERSIONS[0]} to {VERSIONS[-1]}"
        yield Partly(f"specVersion {str(version)[:20]!r} is none of {known}: no schema to check by")
        return
    rule = f"CycloneDX {version} schema"
    if size_bytes > CHECKED_BYTES:
        yield Partly(f"longer than {CHECKED_BYTES >> 20} MiB: not held against the {rule}")
        return
    try:
        for number, error in enumerate(_validator(version).iter_errors(document)):
            if number == MOST_DEFECTS:
                yield Partly(f"breaks the {rule} more than {MOST_DEFECTS} times: the rest not told")
                return
            place = pointer(*error.absolute_path)
            yield Defect(f"{rule}: {error.validator}", error.message[:SHOWN], place)
    except RecursionError:
        yield Partly(f"nested too deeply to be held against the {rule}")


@functools.cache
def _validator(version: str) -> Any:
    """The validator of one version; its references stay inside this folder."""
    from jsonschema import Draft7Validator, FormatChecker
    from jsonschema.validators import extend
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    schemas = {p.name: json.loads(p.read_text("utf-8")) for p in _needed(version)}
    pairs = [
        (f"http://cyclonedx.org/schema/{name}", Resource.from_contents(s, DRAFT7))
        for name, s in schemas.items()
    ]
    formats = FormatChecker(formats=())
    formats.checks("date-time")(_is_time)
    formats.checks("uri")(_is_uri)
    # jsonschema compares every pair: an hour for a long list of objects
    checker = extend(Draft7Validator, {"uniqueItems": _unique_items})
    name = f"bom-{version}.schema.json"
    schema = {**schemas[name], "$id": f"http://cyclonedx.org/schema/{name}"}
    return checker(schema, registry=Registry().with_resources(pairs), format_checker=formats)


def _needed(version: str) -> list[Path]:
    shared = ("spdx", "jsf-0.82", "cryptography-defs")
    return [SCHEMAS / f"{n}.schema.json" for n in (f"bom-{version}", *shared)]


def _is_time(value: object) -> bool:
    """RFC 3339 date-time."""
    if not isinstance(value, str):
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None and value[10:11] in "Tt "
    except ValueError:
        return False


def _is_uri(value: object) -> bool:
    """RFC 3986: a scheme and something after it."""
    return not isinstance(value, str) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S", value) is not None


def _unique_items(_: Any, wanted: bool, value: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not wanted or not isinstance(value, list):
        return
    seen: set[str] = set()
    for item in value:
        text = json.dumps(item, sort_keys=True)
        if text in seen:
            yield ValidationError("the list holds the same thing twice")
            return
        seen.add(text)
