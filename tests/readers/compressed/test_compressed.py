"""Compressed files: one stream, several, cut off, damaged, followed by something.

Spec: evenhand.readers.compressed.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import zstandard

from evenhand.artefact import Artefact, Child
from evenhand.expansion import PIECE_BYTES
from evenhand.readers import compressed
from tests.readers.reading import read, read_bytes

TEXT = b"".join(b"line %d\n" % i for i in range(50_000))
KINDS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "lz4": lz4.frame.compress,
}


@pytest.mark.parametrize("kind", KINDS)
def test_whole_and_in_several_streams(tmp_path: Path, kind: str) -> None:
    once = KINDS[kind](TEXT)
    found = read_bytes("compressed", once, tmp_path, f"a/b/words.txt.{kind}")
    assert found.children == {"words.txt": TEXT} and found.reasons == []
    twice = read_bytes("compressed", once + once + bytes(512), tmp_path)
    assert twice.children == {"artefact": TEXT + TEXT} and twice.reasons == []


@pytest.mark.parametrize("kind", KINDS)
def test_cut_off_and_followed(tmp_path: Path, kind: str) -> None:
    once = KINDS[kind](TEXT)
    cut = read_bytes("compressed", once[:-20], tmp_path)
    assert "cut off" in cut.reasons[0]
    assert all(TEXT.startswith(c) for c in cut.children.values())
    behind = read_bytes("compressed", once + b"no stream", tmp_path)
    assert behind.children == {"artefact": TEXT}
    assert behind.partly[0].offset_bytes == len(once)


def test_lzma_alone(tmp_path: Path) -> None:
    data = lzma.compress(TEXT, format=lzma.FORMAT_ALONE)
    assert read_bytes("compressed", data, tmp_path, "x.tar.lzma").children == {"x.tar": TEXT}
    odd = read_bytes("compressed", b"\x5d\0\0\x80\0" + b"]" * 40, tmp_path)
    assert type(odd.failure).__name__ == "NotThisFormat"


def test_hostile_streams(bad: Path) -> None:
    cut = read("compressed", bad / "truncated.gz")
    assert cut.partly[0].offset_bytes == (bad / "truncated.gz").stat().st_size
    assert cut.children["truncated"].startswith(b"line 0\nline 1\n")
    assert "damaged" in read("compressed", bad / "damaged.bz2").reasons[0]


def test_a_bomb_comes_in_small_pieces(bad: Path) -> None:
    path = bad / "bomb.gz"
    for item in compressed.read(Artefact(path.name, path, "", path.stat().st_size)):
        assert isinstance(item, Child)
        pieces = iter(item.content)
        assert max(len(next(pieces)) for _ in range(100)) <= PIECE_BYTES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x/es5-ext-1.tgz", "es5-ext-1.tar"),
        ("a.deb!/data.tar.xz", "data.tar"),
        ("NEWS.GZ", "NEWS"),
        ("no_suffix", "no_suffix"),
        (".gz", ".gz"),
    ],
)
def test_the_name_inside(name: str, expected: str) -> None:
    assert compressed.expanded_name(name) == expected
