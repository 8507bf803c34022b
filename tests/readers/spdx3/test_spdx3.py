"""SPDX 3 documents: published examples, and rules broken once each.

Spec: evenhand.readers.spdx3.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import SHARED, needs_shared, read, read_bytes

EXAMPLES = sorted((SHARED / "data/standards/spdx/examples").rglob("*.spdx3.json"))
Graph = list[dict[str, Any]]
SPACE = "https://example.org/"
GRAPH: Graph = [
    {
        "type": "CreationInfo",
        "@id": "_:made",
        "specVersion": "3.0.1",
        "created": "2026-01-01T00:00:00Z",
        "createdBy": [SPACE + "maker"],
    },
    {"type": "Organization", "spdxId": SPACE + "maker", "creationInfo": "_:made", "name": "Maker"},
    {
        "type": "SpdxDocument",
        "spdxId": SPACE + "document",
        "creationInfo": "_:made",
        "rootElement": [SPACE + "p"],
    },
    {
        "type": "software_Package",
        "spdxId": SPACE + "p",
        "creationInfo": "_:made",
        "name": "package",
        "software_packageVersion": "1.0",
        "software_packageUrl": "pkg:npm/package@1.0",
        "suppliedBy": SPACE + "maker",
        "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "AB" * 32}],
    },
]


def document(change: Callable[[Graph], object] = lambda g: None) -> bytes:
    """The good document after one change of its graph."""
    graph = copy.deepcopy(GRAPH)
    change(graph)
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return json.dumps({"@context": context, "@graph": graph}).encode()


@needs_shared
def test_published_examples_break_nothing() -> None:
    readings = {p: read("spdx3", p) for p in EXAMPLES}
    assert len(EXAMPLES) == 6
    assert [p.name for p, r in readings.items() if r.table("defect") or r.reasons] == []
    assert sum(len(r.table("component")) for r in readings.values()) == 22


def test_the_package(tmp_path: Path) -> None:
    (row,) = read_bytes("spdx3", document(), tmp_path).rows
    assert (row.name, row.version, row.supplier) == ("package", "1.0", "Maker")
    assert (row.purl, row.digest) == ("pkg:npm/package@1.0", "sha256:" + "ab" * 32)
    assert (row.locator, row.grade) == ("/@graph/3", "declared")


@pytest.mark.parametrize(
    ("change", "rule", "place"),
    [
        (lambda g: g[0].pop("createdBy"), "createdBy", "/@graph/0"),
        (lambda g: g[1].update(spdxId="no iri"), "spdxId", "/@graph/1"),
        (lambda g: g[1].update(creationInfo="_:absent"), "creationInfo", "/@graph/1"),
        (lambda g: g[2].pop("rootElement"), "rootElement", "/@graph/2"),
        (lambda g: g.pop(2), "SpdxDocument", "/@graph"),
        (lambda g: g[3].pop("name"), "name", "/@graph/3"),
        (lambda g: g[3].update(spdxId=SPACE + "document"), "spdxId", "/@graph/3"),
    ],
)
def test_each_rule(
    tmp_path: Path, change: Callable[[Graph], object], rule: str, place: str
) -> None:
    found = read_bytes("spdx3", document(change), tmp_path).table("defect")
    assert [(d.rule, d.locator) for d in found] == [(f"SPDX 3.0 {rule}", place)]


def test_json_ld_of_others(tmp_path: Path) -> None:
    other = {"@context": "https://schema.org", "@graph": []}
    found = read_bytes("spdx3", json.dumps(other).encode(), tmp_path)
    assert type(found.failure).__name__ == "NotThisFormat"
