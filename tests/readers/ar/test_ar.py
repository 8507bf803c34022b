"""Ar archives: Debian packages, static libraries, broken ones.

Spec: evenhand.readers.ar.
"""

from __future__ import annotations

from pathlib import Path

from tests.bad_input.make import ar
from tests.readers.reading import read, read_bytes


def test_a_package(tmp_path: Path) -> None:
    members = [("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), ("data.tar.xz/", b"data")]
    found = read_bytes("ar", ar(members), tmp_path)
    assert found.children == {
        "debian-binary": b"2.0\n",
        "control.tar.xz": b"odd",
        "data.tar.xz": b"data",
    }
    assert found.reasons == [] and found.table("defect") == []
    assert [f.locator for f in found.table("file")] == ["offset 8", "offset 72", "offset 136"]


def test_members_in_disorder(bad: Path) -> None:
    found = read("ar", bad / "disorder.deb")
    assert [d.rule for d in found.table("defect")] == ["deb(5): order of members"] * 2
    assert len(found.children) == 3


def test_cut_off_and_damaged(bad: Path) -> None:
    cut = read("ar", bad / "truncated.deb")
    assert list(cut.children) == ["debian-binary", "control.tar.gz", "data.tar.gz"]
    assert cut.failure is not None and "data.tar.gz" in cut.failure.reason
    damaged = read("ar", bad / "damaged.deb")
    assert list(damaged.children) == ["debian-binary"]
    assert damaged.failure is not None and damaged.failure.offset_bytes == 72


def test_long_names_of_gnu_and_bsd(tmp_path: Path) -> None:
    names = b"a_name_of_more_than_sixteen.o/\nanother_such_long_name.o/\n"
    found = read_bytes(
        "ar", ar([("/", b"index"), ("//", names), ("/0", b"1"), ("/31", b"2")]), tmp_path
    )
    assert found.children == {
        "a_name_of_more_than_sixteen.o": b"1",
        "another_such_long_name.o": b"2",
    }
    assert found.table("defect") == []
    bsd = read_bytes("ar", ar([("#1/20", b"a long name of BSD\0\0object")]), tmp_path)
    assert bsd.children == {"a long name of BSD": b"object"}


def test_a_thin_archive_says_that_it_holds_nothing(tmp_path: Path) -> None:
    thin = b"!<thin>\n" + ar([("x.o/", b"12345")])[8:68]
    found = read_bytes("ar", thin, tmp_path)
    assert found.children == {} and "thin archive" in found.reasons[0]
    assert [f.path for f in found.table("file")] == ["x.o"]
