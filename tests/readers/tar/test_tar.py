"""Tar archives, good and bad.

Spec: evenhand.readers.tar.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.bad_input.make import member, tarred
from tests.readers.reading import read, read_bytes

LONG = "folder/" * 40 + "é.txt"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_come_back_as_they_went_in(tmp_path: Path, form: int) -> None:
    contents = {"a.txt": b"text\n" * 5000, "deep/" * 20 + "b": b"b", "empty": b""}
    if form != tarfile.USTAR_FORMAT:
        contents[LONG] = b"long"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime, info.uname = len(data), 0o640, 1_000_000_000, "ann"
            archive.addfile(info, io.BytesIO(data))
    found = read_bytes("tar", out.getvalue(), tmp_path)
    assert found.children == contents
    assert found.reasons == [] and found.table("defect") == []
    row = found.table("file")[0]
    assert (row.mode, row.owner, row.size_bytes) == (0o640, "ann", 25000)
    assert row.modified.isoformat() == "2001-09-09T01:46:40+00:00"


def test_nothing_leaves_the_archive_unnoticed(bad: Path) -> None:
    found = read("tar", bad / "climbing.tar")
    assert {(d.rule, d.message) for d in found.table("defect")} == {
        ("member name leaves the archive", "../../escape.txt"),
        ("member name leaves the archive", "/etc/cron.d/evil"),
        ("link leaves the archive", "out -> /etc/passwd"),
        ("link leaves the archive", "up -> ../../../etc/shadow"),
        ("link leaves the archive", "hard -> /etc/passwd"),
    }
    kinds = {f.path: f.kind for f in found.table("file")}
    assert [kinds[n] for n in ("out", "hard", "null", "disk", "pipe", "folder/")] == [
        "link",
        "hard link",
        "device",
        "device",
        "fifo",
        "directory",
    ]
    assert set(found.children) == {
        "../../escape.txt",
        "/etc/cron.d/evil",
        "out/through_the_link.txt",
        "folder/good.txt",
    }


def test_an_image_of_a_file_system_may_link_to_its_own_root(tmp_path: Path) -> None:
    members = [member("./", tarfile.DIRTYPE), member("./bin/sh", tarfile.SYMTYPE, "/bin/dash")]
    assert read_bytes("tar", tarred(members), tmp_path).table("defect") == []


def test_cut_off(bad: Path) -> None:
    found = read("tar", bad / "truncated.tar")
    assert found.children["whole.txt"] == b"w" * 600
    assert found.children["cut.txt"] == b"c" * 700
    assert found.failure is not None
    assert "cut.txt" in found.failure.reason and found.failure.offset_bytes == 2748


@pytest.mark.parametrize("name", ["huge_pax.tar", "huge_name.tar", "negative.tar"])
def test_headers_that_lie_about_their_size(bad: Path, name: str) -> None:
    found = read("tar", bad / name)
    assert found.children == {} and found.failure is not None and found.reasons


def test_a_sparse_member_costs_nothing_until_it_is_read(bad: Path) -> None:
    found = read("tar", bad / "sparse.tar", most=1 << 20)
    assert found.table("file")[0].size_bytes == (8 << 30) - 1
    assert found.children == {"sparse.bin": bytes(1 << 20)}


PAX_SPARSE = {
    "0.1": {"size": "4096", "map": "512,4,2048,4", "name": "real.bin"},
    "1.0": {"major": "1", "minor": "0", "realsize": "4096", "name": "real.bin"},
}


@pytest.mark.parametrize("kind", ["0.1", "1.0"])
def test_sparse_members_of_pax(tmp_path: Path, kind: str) -> None:
    info = tarfile.TarInfo("GNUSparseFile.0/real.bin")
    info.pax_headers = {f"GNU.sparse.{k}": v for k, v in PAX_SPARSE[kind].items()}
    data = b"headtail"
    if kind == "1.0":
        data = b"2\n512\n4\n2048\n4\n".ljust(512, b"\0") + data
    info.size = len(data)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(data))
    found = read_bytes("tar", out.getvalue(), tmp_path)
    whole = bytes(512) + b"head" + bytes(1532) + b"tail" + bytes(2044)
    assert found.children == {"real.bin": whole}
    assert found.table("file")[0].size_bytes == 4096


def test_sums_and_marks(tmp_path: Path) -> None:
    whole = tarred([member("a"), member("b")], {"a": b"a", "b": b"b"})
    damaged = bytearray(whole)
    damaged[1024 + 10] ^= 0xFF  # in the second header
    found = read_bytes("tar", bytes(damaged), tmp_path)
    assert found.children == {"a": b"a"} and "checksum" in found.reasons[0]
    assert read_bytes("tar", whole[:2048], tmp_path).table("defect")[0].message == "no end mark"
    hidden = read_bytes("tar", whole + tarred([member("hidden")]), tmp_path)
    assert "what follows the end mark" in hidden.reasons[0]
