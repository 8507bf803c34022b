"""YAFFS2 images: the last header and chunk of each object count, whatever the chip's layout.

Spec: evenhand.readers.yaffs2, evenhand.volume.yaffs. Images made so are read alike by unyaffs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.errors import Unreadable
from tests.readers.archive_seeds import yaffs2
from tests.readers.reading import read_bytes

TREE = [
    (257, 3, 1, "etc", b""),
    (258, 1, 257, "old", b"first"),
    (259, 1, 1, "gone", b"x"),
    (260, 2, 1, "link", b"/etc/new"),
    (258, 1, 257, "new", b"second" * 1000),
    (259, 1, 4, "gone", b""),
]


@pytest.mark.parametrize(("order", "at"), [("<", 0), ("<", 2), (">", 0)])
def test_the_last_version_of_everything_counts(order: str, at: int, tmp_path: Path) -> None:
    found = read_bytes("yaffs2", yaffs2(TREE, order, at), tmp_path)
    assert [(f.path, f.kind, f.size_bytes, f.link_target) for f in found.table("file")] == [
        ("etc", "directory", 0, None),
        ("link", "link", 0, "/etc/new"),
        ("etc/new", "file", 6000, None),
    ]
    assert found.children == {"etc/new": b"second" * 1000}


def test_what_is_damaged_is_said(tmp_path: Path) -> None:
    image = bytearray(yaffs2(TREE * 3))
    image[2112 * 20 + 2048 : 2112 * 20 + 2064] = bytes(16)
    found = read_bytes("yaffs2", bytes(image[:-100]), tmp_path)
    assert found.reasons == [
        "a chunk whose tags make no sense was left out",
        "the last chunk is cut off",
    ]
    bare = yaffs2(TREE)[:512] + bytes(9000)
    assert isinstance(read_bytes("yaffs2", bare, tmp_path).failure, Unreadable)
