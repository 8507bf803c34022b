"""SPDX 3.0 documents in JSON-LD: the packages that a document declares.

The graph is read as SPDX writes it (one flat `@graph`, the standard's own context); JSON-LD in
general is not expanded.

Spec: SPDX 3.0.1, core and software profiles, annex "RDF model and serialisation".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.json_document import load_json, pointer
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"keys": ("@context", "@graph")}
EMITS = ("component", "defect")
CANNOT_SEE = {
    "component": (
        "parts of the product that its SPDX document leaves out; elements that lie in other "
        "documents or under a context of their own"
    )
}

MOST_DEFECTS = 100
_CONTEXT = re.compile(r"https://spdx\.org/rdf/3\.0\.\d+/spdx-context\.jsonld")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
Node = dict[str, Any]


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the packages in the graph's order, then what breaks the standard."""
    document, twice = load_json(artefact)
    graph = document.get("@graph") if isinstance(document, dict) else None
    if not isinstance(graph, list) or "spdx" not in str(document.get("@context"))[:10_000].lower():
        raise NotThisFormat("no graph in a context of SPDX")
    nodes = [(pointer("@graph", i), n) for i, n in enumerate(graph) if isinstance(n, dict)]
    by_id = {str(n.get("spdxId", n.get("@id"))): n for _, n in nodes}
    for place, node in nodes:
        if node.get("type") == "software_Package" and isinstance(node.get("name"), str):
            yield _component(place, node, by_id)
    for key in twice:
        yield Defect("RFC 8259 s. 4: names are unique", f"{key} stands twice in one object", "/")
    if not _CONTEXT.fullmatch(str(document.get("@context"))):
        yield Partly("a context other than that of SPDX 3.0: names in it may mean something else")
    for number, defect in enumerate(_defects(nodes, by_id)):
        if number == MOST_DEFECTS:
            yield Partly(f"more than {MOST_DEFECTS} defects: the rest not told")
            return
        yield defect


def _component(place: str, node: Node, by_id: dict[str, Node]) -> Component:
    supplier = by_id.get(str(node.get("suppliedBy")), {}).get("name")
    return Component(
        node["name"],
        place,
        _text(node.get("software_packageVersion")),
        _text(node.get("software_packageUrl")) or _identified(node),
        _text(supplier),
        _sha256(node, by_id),
        grade="declared",
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _listed(node: Node, key: str) -> list[Any]:
    value = node.get(key)
    return value if isinstance(value, list) else [] if value is None else [value]


def _identified(node: Node) -> str | None:
    for entry in _listed(node, "externalIdentifier"):
        if isinstance(entry, dict) and entry.get("externalIdentifierType") == "packageUrl":
            return _text(entry.get("identifier"))
    return None


def _sha256(node: Node, by_id: dict[str, Node]) -> str | None:
    for entry in _listed(node, "verifiedUsing"):
        method = by_id.get(entry, {}) if isinstance(entry, str) else entry
        if isinstance(method, dict) and method.get("algorithm") == "sha256":
            value = _text(method.get("hashValue"))
            return f"sha256:{value.lower()}" if value else None
    return None


def _defects(nodes: list[tuple[str, Node]], by_id: dict[str, Node]) -> Iterator[Defect]:
    seen: set[str] = set()
    documents = 0
    for place, node in nodes:
        kind, ref = node.get("type"), node.get("spdxId", node.get("@id"))
        documents += kind == "SpdxDocument"
        if not isinstance(kind, str):
            yield _wrong("type", "an element without type", place)
        if isinstance(ref, str):
            if ref in seen:
                yield _wrong("spdxId", f"{ref[:80]} stands twice", place)
            seen.add(ref)
        if kind == "CreationInfo":
            yield from _missing(node, place, ("specVersion", "created", "createdBy"))
        elif "spdxId" in node or kind in ("software_Package", "SpdxDocument", "Relationship"):
            yield from _of_element(place, node, by_id)
    if documents != 1:
        yield _wrong("SpdxDocument", f"{documents} in a file that holds exactly one", "/@graph")


def _of_element(place: str, node: Node, by_id: dict[str, Node]) -> Iterator[Defect]:
    kind, ref = node.get("type"), node.get("spdxId")
    if not isinstance(ref, str) or not _IRI.fullmatch(ref):
        yield _wrong("spdxId", f"{str(ref)[:80]!r} is no IRI", place)
    yield from _missing(node, place, ("creationInfo",))
    made = node.get("creationInfo")
    if isinstance(made, str) and made not in by_id:
        yield _wrong("creationInfo", f"{made[:80]} is not in the document", place)
    if kind == "software_Package":
        yield from _missing(node, place, ("name",))
    elif kind == "SpdxDocument":
        yield from _missing(node, place, ("rootElement",))
    elif kind == "Relationship":
        yield from _missing(node, place, ("from", "to", "relationshipType"))


def _missing(node: Node, place: str, names: tuple[str, ...]) -> Iterator[Defect]:
    for name in names:
        if node.get(name) in (None, "", []):
            yield _wrong(name, f"{node.get('type')} has no {name}", place)


def _wrong(name: str, message: str, place: str) -> Defect:
    return Defect(f"SPDX 3.0 {name}", message, place)
