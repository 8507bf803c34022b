"""CycloneDX documents: the standard's own cases, and what breaks them.

Spec: evenhand.readers.cyclonedx.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand import json_document
from evenhand.readers import cyclonedx
from tests.readers.reading import SHARED, needs_shared, read, read_bytes

OFFICIAL = SHARED / "data/standards/cyclonedx"
CASES = sorted((OFFICIAL / "1.6").glob("*.json"))
EXAMPLES = sorted((OFFICIAL / "bom-examples").rglob("*.json"))


def bom(**more: Any) -> bytes:
    """A small document of version 1.6."""
    return json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, **more}
    ).encode()


@needs_shared
def test_the_standards_own_cases() -> None:
    assert len(CASES) == 70
    for path in CASES:
        found = read("cyclonedx", path)
        assert bool(found.table("defect")) == path.name.startswith("invalid-"), path.name
        assert found.reasons == [], path.name


@needs_shared
def test_published_examples_break_nothing() -> None:
    readings = {p: read("cyclonedx", p) for p in EXAMPLES}
    assert len(EXAMPLES) == 47
    assert [p.name for p, r in readings.items() if r.table("defect") or r.reasons] == []
    assert sum(len(r.table("component")) for r in readings.values()) == 675


def test_components_nested_ones_too(tmp_path: Path) -> None:
    part = {
        "type": "library",
        "group": "org.example",
        "name": "inner",
        "version": "2",
        "purl": "pkg:maven/org.example/inner@2",
        "supplier": {"name": "Supplier"},
        "publisher": "Publisher",
        "hashes": [{"alg": "MD5", "content": "0" * 32}, {"alg": "SHA-256", "content": "AB" * 32}],
    }
    outer = {"type": "application", "name": "outer", "publisher": "P", "components": [part]}
    root = {"type": "application", "name": "root"}
    found = read_bytes(
        "cyclonedx", bom(metadata={"component": root}, components=[outer, part]), tmp_path
    )
    rows = found.table("component")
    assert [(c.name, c.locator) for c in rows] == [
        ("root", "/metadata/component"),
        ("outer", "/components/0"),
        ("org.example/inner", "/components/0/components/0"),
        ("org.example/inner", "/components/1"),
    ]
    assert rows[1].supplier == "P"
    inner = rows[2]
    assert (inner.version, inner.supplier, inner.grade) == ("2", "Supplier", "declared")
    assert inner.purl == "pkg:maven/org.example/inner@2"
    assert inner.digest == "sha256:" + "ab" * 32
    assert found.table("defect") == []


@pytest.mark.parametrize("version", cyclonedx.VERSIONS)
def test_every_version_has_its_schema(tmp_path: Path, version: str) -> None:
    good = {"type": "library", "name": "x", "version": "1"}
    fine = read_bytes("cyclonedx", bom(specVersion=version, components=[good]), tmp_path)
    assert fine.table("defect") == [] and fine.reasons == []
    bad = read_bytes(
        "cyclonedx", bom(specVersion=version, components=[{**good, "type": "pet"}]), tmp_path
    )
    (defect,) = bad.table("defect")
    assert defect.rule == f"CycloneDX {version} schema: enum"
    assert defect.locator == "/components/0/type"


def test_references(tmp_path: Path) -> None:
    parts = [{"type": "library", "name": n, "bom-ref": "same"} for n in "ab"]
    edges = [{"ref": "same", "dependsOn": ["service", "absent"]}]
    services = [{"name": "s", "bom-ref": "service"}]
    data = bom(components=parts, dependencies=edges, services=services)
    found = read_bytes("cyclonedx", data, tmp_path).table("defect")
    assert [(d.rule, d.locator) for d in found] == [
        ("bom-ref is unique", ""),
        ("a dependency refers to a part of the document", "/dependencies/0"),
    ]
    assert "absent" in found[1].message


def test_a_long_list_of_objects_is_checked_in_time(tmp_path: Path) -> None:
    parts = [{"type": "file", "name": f"f{i}"} for i in range(1500)]
    assert read_bytes("cyclonedx", bom(components=parts), tmp_path).table("defect") == []
    (defect,) = read_bytes("cyclonedx", bom(components=[*parts, parts[0]]), tmp_path).table(
        "defect"
    )
    assert defect.rule == "CycloneDX 1.6 schema: uniqueItems"


def test_hostile_documents(bad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = read("cyclonedx", bad / "deep.cdx.json")
    assert "nested too deeply" in deep.reasons[0]
    nested = read("cyclonedx", bad / "nested.cdx.json")
    assert len(nested.table("component")) == 400
    assert "nested too deeply to be held against" in nested.reasons[0]
    broken = read("cyclonedx", bad / "broken.cdx.json")
    assert broken.failure is not None and broken.failure.offset_bytes == 42
    odd = read("cyclonedx", bad / "wrong_types.cdx.json")
    assert odd.rows == [] and "specVersion" in odd.reasons[0]
    monkeypatch.setattr(json_document, "JSON_BYTES", 100)
    huge = read_bytes("cyclonedx", bom(x="y" * 200), tmp_path)
    assert "is not parsed" in huge.reasons[0]


def test_more_defects_than_are_told(tmp_path: Path) -> None:
    parts = [{"type": "pet", "name": str(i)} for i in range(300)]
    found = read_bytes("cyclonedx", bom(components=parts), tmp_path)
    assert len(found.table("defect")) == cyclonedx.MOST_DEFECTS
    assert "the rest not told" in found.reasons[0]
