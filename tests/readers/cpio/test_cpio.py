"""Cpio archives: the three formats of text headers, links, what follows, broken ones.

Spec: evenhand.readers.cpio.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.readers.reading import read_bytes

FILE, FOLDER, LINK, ODD = 0o100644, 0o040755, 0o120777, 0o170000


def newc(name: str, data: bytes = b"", mode: int = FILE, links: int = 1) -> bytes:
    """One member of the new format."""
    raw = name.encode() + b"\0"
    numbers = (7, mode, 1000, 100, links, 1, len(data), 0, 0, 0, 0, len(raw), 0)
    head = b"070701" + b"".join(b"%08X" % n for n in numbers) + raw
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def odc(name: str, data: bytes = b"", mode: int = FILE) -> bytes:
    """One member of the old portable format."""
    raw = name.encode() + b"\0"
    short = b"".join(b"%06o" % n for n in (0, 7, mode, 1000, 100, 1, 0))
    return b"070707" + short + b"%011o%06o%011o" % (1, len(raw), len(data)) + raw + data


@pytest.mark.parametrize("one", [newc, odc])
def test_members_links_and_folders(tmp_path: Path, one: type) -> None:
    data = one("d", mode=FOLDER) + one("d/a", b"12345") + one("l", b"d/a", LINK) + one("TRAILER!!!")
    found = read_bytes("cpio", data, tmp_path)
    rows = [(f.path, f.kind, f.size_bytes, f.link_target, f.mode) for f in found.table("file")]
    assert rows == [
        ("d", "directory", 0, None, 0o755),
        ("d/a", "file", 5, None, 0o644),
        ("l", "link", 3, "d/a", 0o777),
    ]
    assert found.children == {"d/a": b"12345"} and found.reasons == []


def test_data_stand_with_the_last_hard_link(tmp_path: Path) -> None:
    data = newc("a", links=2) + newc("b", b"both", links=2) + newc("TRAILER!!!")
    found = read_bytes("cpio", data, tmp_path)
    assert [(f.path, f.kind) for f in found.table("file")] == [("a", "hard link"), ("b", "file")]
    assert found.children == {"b": b"both"}


def test_a_compressed_archive_after_a_plain_one(tmp_path: Path) -> None:
    second = gzip.compress(newc("init") + newc("TRAILER!!!"))
    data = newc("microcode", b"1") + newc("TRAILER!!!") + bytes(200) + second
    found = read_bytes("cpio", data, tmp_path)
    assert found.children == {"microcode": b"1", "after the archive": second}
    assert found.reasons == []


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    whole = newc("a", b"12345") + newc("odd", mode=ODD) + newc("../out", b"1")
    found = read_bytes("cpio", whole, tmp_path)
    assert [d.message for d in found.table("defect")] == ["../out"]
    assert found.reasons == [
        "odd: file type 170000 is not known",
        "cut off: the archive has no end mark",
    ]
    cut = read_bytes("cpio", whole[:115], tmp_path)
    assert cut.failure is not None and cut.failure.reason == "cut off inside the member a"
    damaged = read_bytes("cpio", newc("a", b"12345") + b"070701" + b"G" * 104, tmp_path)
    assert damaged.failure is not None and damaged.failure.offset_bytes == 120
    assert damaged.children == {"a": b"12345"}
