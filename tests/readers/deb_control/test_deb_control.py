"""Control data of Debian packages.

Spec: evenhand.readers.deb_control.
"""

from __future__ import annotations

from pathlib import Path

from evenhand.facts.component import Component
from tests.readers.reading import read_bytes

CONTROL = """Package: openssh-server
Version: 1:9.2p1-2+deb12u3
Architecture: amd64
Maintainer: Team <team@example.org>
Section: net
Description: words
 Package: not this one
"""
STATUS = """Package: one
Status: install ok installed
Section: net
Version: 1

Package: gone
Status: deinstall ok config-files
Version: 2

Package: two
Status: install ok installed
Origin: Somebody
Version: 3~rc1
"""


def test_a_package(tmp_path: Path) -> None:
    row, said = read_bytes("deb_control", CONTROL.encode(), tmp_path, "control").rows
    assert (row.name, row.version, row.supplier) == ("openssh-server", "1:9.2p1-2+deb12u3", "Team")
    assert row.purl == "pkg:deb/openssh-server@1:9.2p1-2%2Bdeb12u3?arch=amd64"
    assert (row.locator, row.grade) == ("line 1", "declared")
    assert (said.kind, said.text, said.grade) == ("section", "net", "declared")


def test_what_dpkg_says_is_installed(tmp_path: Path) -> None:
    found = read_bytes("deb_control", STATUS.encode(), tmp_path, "status")
    assert [(c.name, c.locator, c.purl) for c in found.rows] == [
        ("one", "line 1", "pkg:deb/one@1"),
        ("two", "line 10", "pkg:deb/somebody/two@3~rc1"),
    ]


def test_other_files_of_that_name(tmp_path: Path) -> None:
    for data in (b"", b"Source: x\n\nPackage: y\nVersion: 1\n", b"just words\n", b"a: b\n\0\n"):
        found = read_bytes("deb_control", data, tmp_path, "control")
        assert type(found.failure).__name__ == "NotThisFormat", data


def test_a_line_without_end(tmp_path: Path) -> None:
    data = CONTROL.encode() + b"\nPackage: next\nVersion: 1\nX: " + b"y" * 200_000
    found = read_bytes("deb_control", data, tmp_path)
    assert "too long" in found.reasons[0]
    assert [c.name for c in found.rows if isinstance(c, Component)] == ["openssh-server", "next"]
