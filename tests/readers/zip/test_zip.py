"""Zip archives, good and bad.

Spec: evenhand.readers.zip.
"""

from __future__ import annotations

import io
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from tests.bad_input.make import raw_zip, zipped
from tests.readers.reading import read, read_bytes

MEMBERS = {"a/b.txt": b"text\n" * 5000, "c.bin": bytes(range(256)) * 300, "empty": b""}


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_members_come_back_as_they_went_in(tmp_path: Path, method: int) -> None:
    found = read_bytes("zip", zipped(MEMBERS, method), tmp_path)
    assert found.children == MEMBERS
    assert found.reasons == []
    assert [(f.path, f.kind, f.size_bytes) for f in found.table("file")] == [
        (name, "file", len(data)) for name, data in MEMBERS.items()
    ]


def test_zstd_members(tmp_path: Path) -> None:
    import zlib

    data = b"zstd " * 1000
    packed = zstandard.compress(data)
    entry = (b"z.txt", packed, 93, 0, len(data), zlib.crc32(data))
    assert read_bytes("zip", raw_zip([entry]), tmp_path).children == {"z.txt": data}


def test_zip64_and_bytes_in_front(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("big", "w", force_zip64=True) as member:
        member.write(b"content")
    found = read_bytes("zip", b"#!/bin/sh\nexit\n" + out.getvalue(), tmp_path)
    assert found.children == {"big": b"content"}


def test_links_and_folders_are_facts_only(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.mkdir("folder")
    found = read_bytes("zip", out.getvalue(), tmp_path)
    assert [(f.path, f.kind, f.link_target) for f in found.table("file")] == [
        ("link", "link", "/etc/passwd"),
        ("folder/", "directory", None),
    ]
    assert found.children == {}


def test_time_only_where_its_zone_is_known(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        stamped = zipfile.ZipInfo("utc", (2001, 2, 3, 4, 5, 6))
        stamped.extra = b"UT\x05\x00\x01" + (1_000_000_000).to_bytes(4, "little")
        archive.writestr(stamped, b"")
        archive.writestr(zipfile.ZipInfo("local", (2001, 2, 3, 4, 5, 6)), b"")
    times = [f.modified for f in read_bytes("zip", out.getvalue(), tmp_path).table("file")]
    assert times == [datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC), None]


def test_bad_members_are_named_and_the_others_read(bad: Path) -> None:
    found = read("zip", bad / "bad_members.zip")
    said = "\n".join(found.reasons)
    for name in (
        "crc.txt: its checksum",
        "locked.txt: encrypted",
        "odd.txt: compression method 77",
    ):
        assert name in said
    assert "damaged.txt: " in said
    assert found.children["good.txt"] == found.children["last.txt"] == b"good"
    assert "locked.txt" not in found.children
    assert [d.message for d in found.table("defect")] == ["../../etc/passwd"]
    assert found.table("defect")[0].rule == "member name leaves the archive"


def test_overlapping_members_are_expanded_once(bad: Path) -> None:
    found = read("zip", bad / "overlapping.zip")
    assert len(found.children) == 1
    assert sum("overlaps another member" in r for r in found.reasons) == 99
    assert len(found.table("file")) == 100


def test_names_that_are_no_text(bad: Path) -> None:
    names = [f.path for f in read("zip", bad / "names.zip").table("file")]
    assert names == ["caf\\xe9.txt", "\\xff\\xfe.txt", "a\\x00b.txt", ""]


def test_a_cut_off_archive_gives_the_members_before_the_cut(bad: Path) -> None:
    found = read("zip", bad / "truncated.zip")
    assert found.children == {"0.txt": b"A" * 1000, "1.txt": b"B" * 1000}
    assert found.failure is not None and found.failure.offset_bytes == 2 * 1035


def test_children_may_be_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    path.write_bytes(zipped(MEMBERS))
    found = read("zip", path, most=0)
    assert list(found.children) == list(MEMBERS) and found.reasons == []


def test_the_directory_is_believed_in_nothing(tmp_path: Path) -> None:
    whole = bytearray(zipped({"a": b"x" * 10}, 0))
    at = whole.rfind(b"PK\1\2")
    whole[at + 42 : at + 46] = (1 << 31).to_bytes(4, "little")  # offset of its local header
    found = read_bytes("zip", bytes(whole), tmp_path)
    assert found.children == {} and "no local header" in found.reasons[0]
