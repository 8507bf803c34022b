"""Metadata of Python distributions.

Spec: evenhand.readers.python_metadata.
"""

from __future__ import annotations

from pathlib import Path

from tests.readers.reading import read_bytes

GOOD = """Metadata-Version: 2.1
Name: Zope.Event_x
Version: 1.0+local
Summary: words
 Version: not this one
Author-email: "Ann Author" <ann@example.org>
Requires-Dist: setuptools

Name: not this one either
"""


def test_the_component(tmp_path: Path) -> None:
    found = read_bytes("python_metadata", GOOD.encode(), tmp_path, "METADATA")
    (row,) = found.rows
    assert (row.name, row.version, row.locator) == ("Zope.Event_x", "1.0+local", "line 2")
    assert row.purl == "pkg:pypi/zope-event-x@1.0%2Blocal"
    assert (row.supplier, row.grade) == ("Ann Author", "declared")


def test_windows_line_ends_and_no_version(tmp_path: Path) -> None:
    data = b"Metadata-Version: 1.0\r\nName: x\r\nAuthor: UNKNOWN\r\n\r\nVersion: 3\r\n"
    found = read_bytes("python_metadata", data, tmp_path)
    (row,) = found.table("component")
    assert (row.name, row.version, row.supplier, row.purl) == ("x", None, None, "pkg:pypi/x")
    assert [d.message for d in found.table("defect")] == ["no field Version"]


def test_other_files_of_that_name(tmp_path: Path) -> None:
    for data in (b"", b"# METADATA\nName: x\n", b"\xff\xfe\0\0", b"{}"):
        found = read_bytes("python_metadata", data, tmp_path, "METADATA")
        assert type(found.failure).__name__ == "NotThisFormat" and found.rows == []
