"""SPDX 2 documents: published examples, and each rule broken once.

Spec: evenhand.readers.spdx.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.readers.reading import SHARED, needs_shared, read, read_bytes

EXAMPLES = sorted(
    p
    for p in (SHARED / "data/standards/spdx/examples").rglob("*.json")
    if not p.name.endswith(".spdx3.json")
)
Document = dict[str, Any]
GOOD: Document = {
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "document",
    "documentNamespace": "https://example.org/document-1",
    "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: t-1"]},
    "packages": [
        {
            "name": "package",
            "SPDXID": "SPDXRef-p",
            "versionInfo": "1.0",
            "downloadLocation": "NOASSERTION",
            "supplier": "Organization: Example (mail@example.org)",
            "checksums": [{"algorithm": "SHA256", "checksumValue": "AB" * 32}],
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:npm/package@1.0",
                }
            ],
        }
    ],
    "files": [
        {
            "fileName": "./a",
            "SPDXID": "SPDXRef-a",
            "checksums": [{"algorithm": "SHA1", "checksumValue": "0" * 40}],
        }
    ],
    "relationships": [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relatedSpdxElement": "SPDXRef-p",
            "relationshipType": "DESCRIBES",
        }
    ],
}


def changed(change: Callable[[Document], object]) -> bytes:
    """The good document after one change."""
    document = copy.deepcopy(GOOD)
    change(document)
    return json.dumps(document).encode()


@needs_shared
def test_published_examples() -> None:
    readings = {p: read("spdx", p) for p in EXAMPLES}
    assert len(EXAMPLES) == 12
    found = {p.name: [d.rule for d in r.rows if hasattr(d, "rule")] for p, r in readings.items()}
    # spdx-tools 0.8.5 finds the same fault
    assert {n: r for n, r in found.items() if r} == {"ACME-v2.3.spdx.json": ["SPDX 2 cl. 7.14"]}
    assert all(r.reasons == [] for r in readings.values())
    assert sum(len(r.table("component")) for r in readings.values()) == 33


def test_the_package(tmp_path: Path) -> None:
    found = read_bytes("spdx", changed(lambda d: None), tmp_path)
    (row,) = found.rows
    assert (row.name, row.version, row.supplier) == ("package", "1.0", "Example")
    assert (row.purl, row.digest) == ("pkg:npm/package@1.0", "sha256:" + "ab" * 32)
    assert (row.locator, row.grade) == ("/packages/0", "declared")
    assert found.reasons == []


def _package(**more: Any) -> Callable[[Document], object]:
    return lambda d: d["packages"][0].update(more)


@pytest.mark.parametrize(
    ("change", "clause", "place"),
    [
        (lambda d: d.pop("dataLicense"), "6.2", "/dataLicense"),
        (lambda d: d.update(SPDXID="SPDXRef-x"), "6.3", "/SPDXID"),
        (lambda d: d.pop("name"), "6.4", "/name"),
        (lambda d: d.update(documentNamespace="a#b"), "6.5", "/documentNamespace"),
        (lambda d: d["creationInfo"].pop("creators"), "6.8", "/creationInfo/creators"),
        (
            lambda d: d["creationInfo"].update(creators=["me"]),
            "6.8",
            "/creationInfo/creators/0",
        ),
        (lambda d: d["creationInfo"].update(created="2026"), "6.9", "/creationInfo/created"),
        (_package(name=""), "7.1", "/packages/0"),
        (lambda d: d["files"][0].update(SPDXID="SPDXRef-p"), "7.2", "/files/0"),
        (lambda d: d["files"][0].update(SPDXID="a b"), "7.2", "/files/0"),
        (_package(supplier="Example"), "7.5", "/packages/0/supplier"),
        (lambda d: d["packages"][0].pop("downloadLocation"), "7.7", "/packages/0"),
        (_package(filesAnalyzed=False, packageVerificationCode={}), "7.9", "/packages/0"),
        (
            _package(checksums=[{"algorithm": "SHA256", "checksumValue": "ab"}]),
            "7.10",
            "/packages/0/checksums/0",
        ),
        (
            _package(checksums=[{"algorithm": "CRC", "checksumValue": "ab"}]),
            "7.10",
            "/packages/0/checksums/0",
        ),
        (
            _package(filesAnalyzed=False, licenseInfoFromFiles=["MIT"]),
            "7.14",
            "/packages/0",
        ),
        (
            lambda d: (
                d["packages"][0].update(filesAnalyzed=False),
                d["relationships"][0].update(
                    spdxElementId="SPDXRef-p",
                    relatedSpdxElement="SPDXRef-a",
                    relationshipType="CONTAINS",
                ),
            ),
            "7.8",
            "/relationships/0",
        ),
        (lambda d: d["files"][0].pop("fileName"), "8.1", "/files/0"),
        (lambda d: d["files"][0].pop("checksums"), "8.4", "/files/0"),
        (
            lambda d: d["relationships"][0].update(relationshipType="LIKES"),
            "11.1",
            "/relationships/0",
        ),
        (
            lambda d: d["relationships"][0].update(relatedSpdxElement="SPDXRef-none"),
            "11.1",
            "/relationships/0",
        ),
    ],
)
def test_each_rule(
    tmp_path: Path, change: Callable[[Document], object], clause: str, place: str
) -> None:
    found = read_bytes("spdx", changed(change), tmp_path).table("defect")
    assert [(d.rule, d.locator) for d in found] == [(f"SPDX 2 cl. {clause}", place)]


def test_what_2_2_asked_for_and_2_3_does_not(tmp_path: Path) -> None:
    found = read_bytes("spdx", changed(lambda d: d.update(spdxVersion="SPDX-2.2")), tmp_path)
    assert [d.rule[-4:] for d in found.table("defect")] == ["7.13", "7.15", "7.17"]


def test_documents_of_odd_shapes(bad: Path, tmp_path: Path) -> None:
    assert "digits" in read("spdx", bad / "digits.spdx.json").reasons[0]
    for odd in (
        {"spdxVersion": "SPDX-2.3", "packages": {"a": 1}, "files": [3], "relationships": None},
        {"spdxVersion": "SPDX-2.3", "packages": [{"name": ["x"], "checksums": "no"}]},
    ):
        found = read_bytes("spdx", json.dumps(odd).encode(), tmp_path)
        assert found.table("component") == [] and found.table("defect")
    other = read_bytes("spdx", b'{"spdxVersion": 3}', tmp_path)
    assert type(other.failure).__name__ == "NotThisFormat"
