"""Images without a format of their own: tables of partitions, and carving.

Spec: evenhand.readers: partitioned, carved.
"""

from __future__ import annotations

import gzip
import lzma
import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.bad_input.make import member, tarred
from tests.conftest import Run
from tests.readers.archive_seeds import disk, guid_disk, image
from tests.readers.cpio.test_cpio import newc
from tests.readers.reading import read_bytes

NOISE = random.Random(7).randbytes(5000)


def test_partitions(tmp_path: Path) -> None:
    found = read_bytes("partitioned", disk([(2, b"one" * 300), (8, b"two")]), tmp_path)
    assert {k: v.rstrip(b"\0") for k, v in found.children.items()} == {
        "partition 1 (0x83)": b"one" * 300,
        "partition 2 (0x83)": b"two",
    }
    found = read_bytes("partitioned", guid_disk([(40, b"one", "boot/a")]), tmp_path)
    assert {k: v.rstrip(b"\0") for k, v in found.children.items()} == {
        "partition 1 (boot_a)": b"one"
    }
    assert found.reasons == [] and found.table("defect") == []


def test_partitions_that_cannot_be(tmp_path: Path) -> None:
    overlapping = read_bytes("partitioned", disk([(2, b"1" * 2000), (3, b"2")]), tmp_path)
    assert overlapping.reasons == ["partition 2 (0x83): overlaps another partition, not read"]
    boot_sector = bytearray(disk([(2, b"1")]))
    boot_sector[446] = 0x17
    none = read_bytes("partitioned", bytes(boot_sector), tmp_path)
    assert type(none.failure).__name__ == "NotThisFormat"


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", "b" * 99)
    return out.getvalue()


PEM = b"-----BEGIN EC PRIVATE KEY-----\nTm90IGEga2V5\n-----END EC PRIVATE KEY-----\n"
PARTS = {
    "squashfs": image("gzip.squashfs"),
    "cramfs": image("little.cramfs"),
    "romfs": image("tree.romfs"),
    "ext": image("ext4.ext"),
    "uImage": image("kernel.uimage"),
    "device tree": image("inside.itb"),
    "gzip": gzip.compress(NOISE, mtime=0),
    "xz": lzma.compress(NOISE),
    "lzma": lzma.compress(NOISE * 20, lzma.FORMAT_ALONE),
    "cpio": newc("a", b"12345") + newc("TRAILER!!!"),
    "tar": tarred([member("a")], {"a": b"12345"})[:2048],
    "zip": _zip(),
    "7z": image("LZMA2.7z"),
    "iso": image("unix.iso"),
    "text": PEM,
}


@pytest.mark.parametrize("what", PARTS)
def test_a_part_is_found_at_any_offset_and_with_its_length(what: str, tmp_path: Path) -> None:
    """In front of it noise, behind it noise; in front of ext a multiple of 16 bytes."""
    before = b"MADE" + NOISE[: 16 * 77 - 4]
    found = read_bytes("carved", before + PARTS[what] + NOISE[:999], tmp_path)
    (row,) = found.table("file")
    assert (row.path, row.locator) == (f"@{len(before):#x} ({what})", f"offset {len(before)}")
    got = found.children[f"@{len(before):#x}"]
    assert PARTS[what].startswith(got) and PARTS[what][len(got) :].strip(b"\0") == b""


def test_what_only_looks_like_a_part_is_none(tmp_path: Path) -> None:
    signs = [b"hsqs", b"\x27\x05\x19\x56", b"\xd0\x0d\xfe\xed", b"\x1f\x8b\x08", b"\xfd7zXZ\0"]
    signs += [b"BZh91AY&SY", b"\x28\xb5\x2f\xfd", b"\x5d\0\0\x80\0", b"070701", b"PK\3\4", b"UBI#"]
    signs += [b"7z\xbc\xaf\x27\x1c", b"CD001\1", b"-----BEGIN ", b"ustar", b"-rom1fs-", b"\x53\xef"]
    data = b"".join(NOISE[:600] + sign for sign in signs) + NOISE
    found = read_bytes("carved", data, tmp_path)
    assert type(found.failure).__name__ == "NotThisFormat"


def test_a_router_image_from_end_to_end(tmp_path: Path, evenhand: Run) -> None:
    firmware = b"MADE" + NOISE[:96] + image("kernel.uimage") + bytes(100) + image("xz.squashfs")
    (tmp_path / "router.bin").write_bytes(firmware)
    done = evenhand("read", tmp_path / "router.bin", "-o", tmp_path / "kept")
    assert done.returncode == 0, done.stderr
    query = "SELECT path FROM occurrence WHERE path LIKE '%etc/hello' OR path LIKE '%kernel%'"
    shown = evenhand("sql", tmp_path / "kept", query).stdout.splitlines()[2:]
    at = 100 + len(image("kernel.uimage")) + 100
    assert {line.strip() for line in shown} == {
        "router.bin!/@0x64!/a kernel",
        "router.bin!/@0x64!/a kernel!/a kernel",
        f"router.bin!/@{at:#x}!/etc/hello",
    }
    query = "SELECT reader, outcome FROM reading WHERE path = 'router.bin' ORDER BY reader"
    shown = evenhand("sql", tmp_path / "kept", query).stdout.splitlines()[2:]
    assert [line.split(maxsplit=1) for line in shown] == [
        ["binary", "unknown format"],
        ["carved", "partly"],
    ]


def test_a_short_sign_met_by_chance_does_not_hide_the_rest(tmp_path: Path, evenhand: Run) -> None:
    data = bytearray(b"\1" * 4000 + b"see https://updates.maker.example/x \0")
    data[1080:1082] = b"\x53\xef"
    (tmp_path / "blob").write_bytes(data)
    done = evenhand("read", tmp_path / "blob", "-o", tmp_path / "kept")
    assert done.returncode == 0, done.stderr
    shown = evenhand("sql", tmp_path / "kept", "SELECT host FROM mention").stdout
    assert "updates.maker.example" in shown
