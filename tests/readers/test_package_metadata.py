"""What packages say of themselves: Alpine, Java, Rust, Ruby and conda.

Spec: evenhand.readers: alpine_package, java_archive, cargo_manifest, gem_specification,
conda_index.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.archive_seeds import CARGO, GEM, INSTALLED, MANIFEST, PKGINFO, POM
from tests.readers.reading import read_bytes


def test_an_alpine_package(tmp_path: Path) -> None:
    (row,) = read_bytes("alpine_package", PKGINFO, tmp_path, "a.apk!/.PKGINFO").rows
    assert (row.name, row.version, row.supplier) == ("dropbear", "2024.86-r0", "A Maker")
    assert (row.purl, row.locator) == ("pkg:apk/dropbear@2024.86-r0?arch=aarch64", "line 1")


def test_what_apk_says_is_installed(tmp_path: Path) -> None:
    found = read_bytes("alpine_package", INSTALLED, tmp_path, "lib/apk/db/installed")
    assert [(c.name, c.locator, c.version) for c in found.rows] == [
        ("musl", "line 1", "1.2.5-r0"),
        ("busybox", "line 6", "1.36.1-r29"),
    ]
    other = read_bytes("alpine_package", b"just words\n", tmp_path, "installed")
    assert type(other.failure).__name__ == "NotThisFormat"


@pytest.mark.parametrize(
    ("name", "kind"),
    [(".post-install", "runs at install"), (".pre-deinstall", "runs at removal")],
)
def test_what_installing_an_alpine_package_runs(tmp_path: Path, name: str, kind: str) -> None:
    (row,) = read_bytes("alpine_package", b"#!/bin/sh\n:\n", tmp_path, f"a.apk!/{name}").rows
    assert (row.kind, row.target) == (kind, name)
    none = read_bytes("alpine_package", b"words\n", tmp_path, name)
    assert type(none.failure).__name__ == "NotThisFormat"


def test_a_java_archive(tmp_path: Path) -> None:
    found = read_bytes("java_archive", MANIFEST, tmp_path, "META-INF/MANIFEST.MF")
    (row,) = found.table("component")
    assert (row.name, row.version, row.supplier) == ("org.example.long.name", "1.2", "A Maker")
    (hook,) = found.table("behaviour")
    assert (hook.kind, hook.target) == ("hooks", "org.example.Agent")
    (row,) = read_bytes("java_archive", POM, tmp_path, "pom.properties").rows
    assert row.purl == "pkg:maven/org.example/core@3.1"
    nameless = b"Manifest-Version: 1.0\r\n\r\nName: x\r\nImplementation-Title: no\r\n"
    assert read_bytes("java_archive", nameless, tmp_path, "MANIFEST.MF").rows == []


def test_a_crate(tmp_path: Path) -> None:
    found = read_bytes("cargo_manifest", CARGO, tmp_path, "Cargo.toml")
    (row,) = found.table("component")
    assert (row.purl, row.supplier) == ("pkg:cargo/hello@0.1.0", "A")
    assert [b.target for b in found.table("behaviour")] == ["build.rs"]
    for data in (b"[workspace]\n", b"[package]\n"):
        none = read_bytes("cargo_manifest", data, tmp_path, "Cargo.toml")
        assert type(none.failure).__name__ == "NotThisFormat"
    assert "no TOML" in read_bytes("cargo_manifest", b"[", tmp_path, "Cargo.toml").reasons[0]


def test_a_gem(tmp_path: Path) -> None:
    found = read_bytes("gem_specification", GEM, tmp_path, "metadata")
    (row,) = found.table("component")
    assert (row.name, row.version, row.supplier) == ("hello", "1.0.1", "A Maker")
    assert row.purl == "pkg:gem/hello@1.0.1?platform=java"
    assert [b.target for b in found.table("behaviour")] == ["ext/hello/extconf.rb"]


def test_a_conda_package(tmp_path: Path) -> None:
    data = b'{"name": "zlib", "version": "1.3", "build": "h1_0", "subdir": "linux-64"}'
    (row,) = read_bytes("conda_index", data, tmp_path, "index.json").rows
    assert row.purl == "pkg:conda/zlib@1.3?build=h1_0&subdir=linux-64"
