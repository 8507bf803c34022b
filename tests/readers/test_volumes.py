"""File systems, discs, 7z archives and boot images: one small tree in every format.

`images/make.sh` says how they were made.

Spec: evenhand.volume; evenhand.readers: squashfs, ext, romfs, cramfs, iso9660, seven_zip, uimage,
device_tree.
"""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from tests.readers.archive_seeds import image, rar
from tests.readers.reading import Reading, read_bytes

LONG = b"start" + bytes(100_000) + b"middle" * 500 + b"end"
FILES = {"etc/hello": b"hello\n", "etc/empty": b"", "bin/long": LONG, "a/b/c/été": b"odd"}
LINKS = {"bin/link": "../etc/hello", "abs": "/etc/hello"}
FOLDERS = {"etc", "bin", "a", "a/b", "a/b/c"}
WHOLE = [
    *[("squashfs", f"{m}.squashfs") for m in ("gzip", "xz", "lzo", "lz4", "zstd", "lzma")],
    *[("ext", f"{kind}.ext") for kind in ("ext2", "ext4", "inline")],
    *[("cramfs", f"{order}.cramfs") for order in ("little", "big")],
    *[("romfs", "tree.romfs"), ("iso9660", "unix.iso")],
    *[("jffs2", f"{order}.jffs2") for order in ("little", "big")],
    *[("ubifs", f"{method}.ubifs") for method in ("lzo", "zlib", "zstd")],
    *[("seven_zip", f"{m}.7z") for m in ("LZMA2", "LZMA", "BZip2", "Deflate", "Copy", "filtered")],
]


@pytest.mark.parametrize(("reader", "name"), WHOLE, ids=[n for _, n in WHOLE])
def test_the_tree_is_there_whole(reader: str, name: str, tmp_path: Path) -> None:
    found = read_bytes(reader, image(name), tmp_path)
    assert found.reasons == [] and found.table("defect") == []
    assert {k: v for k, v in found.children.items() if k} == FILES
    rows = {f.path: f for f in found.table("file")}
    assert {p: f.link_target for p, f in rows.items() if f.kind == "link"} == LINKS
    assert {p for p, f in rows.items() if f.kind == "directory"} - {"lost+found", ""} == FOLDERS
    assert {p: f.size_bytes for p, f in rows.items() if f.kind == "file"} == {
        p: len(content) for p, content in FILES.items()
    }
    if reader != "romfs":  # which has no modes
        assert rows["bin/long"].mode == 0o4755 and rows["etc/hello"].mode == 0o644


def test_devices_are_facts_and_never_made(tmp_path: Path) -> None:
    found = read_bytes("squashfs", image("gzip.squashfs"), tmp_path)
    (device,) = [f for f in found.table("file") if f.kind == "device"]
    assert (device.path, device.mode, device.owner) == ("console", 0o600, "0")


def test_volumes_of_a_flash_chip(tmp_path: Path) -> None:
    found = read_bytes("ubi", image("volumes.ubi"), tmp_path)
    assert found.reasons == [] and found.children.keys() == {"rootfs", "kernel"}
    assert found.children["kernel"] == image("xz.squashfs")
    inside = read_bytes("ubifs", found.children["rootfs"], tmp_path)
    assert inside.children == FILES
    cut = read_bytes("ubi", image("volumes.ubi")[:-20_000], tmp_path)
    assert cut.reasons == ["volume kernel: no block of it is there", "cut off inside a block"]


@pytest.mark.parametrize("bits", [12, 16])
def test_fat_has_long_names_and_no_links(bits: int, tmp_path: Path) -> None:
    found = read_bytes("fat", image(f"fat{bits}.fat"), tmp_path)
    assert found.reasons == []
    assert found.children == FILES | {"bin/link": FILES["etc/hello"]}
    assert {f.path for f in found.table("file") if f.kind == "directory"} == FOLDERS
    cut = read_bytes("fat", image(f"fat{bits}.fat")[:-50_000], tmp_path)
    assert any("cut off" in reason for reason in cut.reasons)


def test_fat32_follows_a_chain_of_clusters(tmp_path: Path) -> None:
    boot = bytearray(512)
    boot[11:36] = struct.pack("<HBHBHHBHHHII", 512, 1, 32, 1, 0, 0, 0xF8, 0, 0, 0, 0, 40)
    boot[36:48] = struct.pack("<IHHI", 1, 0, 0, 2)
    boot[82:90] = b"FAT32   "
    table = struct.pack("<6I", 0x0FFFFFF8, 0x0FFFFFFF, 0x0FFFFFFF, 5, 0, 0x0FFFFFFF).ljust(512)
    entry = b"HELLO   TXT\x20\0" + bytes(13) + struct.pack("<HI", 3, 600)
    content = b"a" * 512 + b"b" * 88
    clusters = [entry.ljust(512, b"\0"), content[:512], b"other" * 102 + b"..", content[512:]]
    disk = boot.ljust(32 * 512, b"\0") + table + b"".join(c.ljust(512, b"\0") for c in clusters)
    found = read_bytes("fat", bytes(disk.ljust(40 * 512, b"\0")), tmp_path)
    assert (found.reasons, found.children) == ([], {"HELLO.TXT": content})


def test_a_sparse_image_is_whole_again(tmp_path: Path) -> None:
    found = read_bytes("android_sparse", image("card.simg"), tmp_path)
    assert found.children == {"image.img": image("fat12.fat")}
    cut = read_bytes("android_sparse", image("card.simg")[:900], tmp_path)
    assert "cut off" in cut.reasons[0]


def test_a_rar_archive_gives_what_is_stored_and_names_the_rest(tmp_path: Path) -> None:
    found = read_bytes("rar", rar({"a/one": (b"one", 0), "two": (b"two", 3)}), tmp_path)
    assert found.children == {"a/one": b"one"}
    assert {f.path for f in found.table("file")} == {"a/one", "two"}
    assert "1 members are packed" in found.reasons[0]
    begun = read_bytes("rar", rar({"one": (b"one", 0), "two": (b"t", 0)}, "two"), tmp_path)
    assert (begun.children, begun.reasons[0][:30]) == (
        {"one": b"one"},
        "two lies in several volumes, n",
    )


def test_an_empty_folder_points_at_the_next_ones_list(tmp_path: Path) -> None:
    found = read_bytes("squashfs", image("empty-folder.squashfs"), tmp_path)
    assert (found.reasons, found.children) == ([], {"b/hello": b"hello\n", "c/hello": b"hello\n"})


def test_a_node_of_flash_that_is_damaged_is_told(tmp_path: Path) -> None:
    for reader, name in (("jffs2", "little.jffs2"), ("ubifs", "lzo.ubifs")):
        raw = bytearray(image(name))
        at = raw.find(b"hello\n")
        raw[at if reader == "ubifs" else at - 20] ^= 1
        assert read_bytes(reader, bytes(raw), tmp_path).reasons != []


def test_names_without_unix_extensions(tmp_path: Path) -> None:
    found = read_bytes("iso9660", image("wide.iso"), tmp_path)
    assert found.children == FILES
    assert {f.mode for f in found.table("file") if f.kind == "file"} == {0o444}


def test_what_a_7z_archive_packs_otherwise_is_named(tmp_path: Path) -> None:
    for name, why in (
        ("PPMd.7z", "packed by PPMd, which is not read"),
        ("encrypted.7z", "encrypt"),
    ):
        found = read_bytes("seven_zip", image(name), tmp_path)
        assert found.children == {"etc/empty": b""}
        assert {f.path for f in found.table("file") if f.kind == "file"} == FILES.keys()
        assert all(why in reason for reason in found.reasons) and len(found.reasons) >= 3


def test_a_kernel_behind_a_boot_header(tmp_path: Path) -> None:
    found = read_bytes("uimage", image("kernel.uimage") + image("xz.squashfs"), tmp_path)
    kernel, rest = found.children
    assert gzip.decompress(found.children[kernel]) == LONG
    assert kernel == "a kernel" and rest.startswith("after the image @0x")
    assert image("xz.squashfs")[100:] in found.children[rest]
    assert found.rows[0].modified.isoformat() == "2026-01-01T00:00:00+00:00"
    changed = image("kernel.uimage")[:-1] + b"!"
    (defect,) = read_bytes("uimage", changed, tmp_path).table("defect")
    assert defect.rule == "uImage: the checksum of the data"
    cut = read_bytes("uimage", image("kernel.uimage")[:-9], tmp_path)
    assert "cut off" in cut.reasons[0] and len(cut.children) == 1


@pytest.mark.parametrize("name", ["inside.itb", "outside.itb"])
def test_an_image_tree(name: str, tmp_path: Path) -> None:
    found = read_bytes("device_tree", image(name), tmp_path)
    assert found.reasons == []
    assert gzip.decompress(found.children["images/kernel"]) == LONG
    assert found.children["images/rootfs"] == image("xz.squashfs")
    (signed,) = found.table("declaration")
    assert (signed.kind, signed.text) == ("update signature", "sha256,rsa2048 dev")
    assert signed.grade == "declared"


def _cut(reader: str, name: str, keep: float, folder: Path) -> Reading:
    data = image(name)
    return read_bytes(reader, data[: int(len(data) * keep)], folder)


@pytest.mark.parametrize(("reader", "name"), WHOLE, ids=[n for _, n in WHOLE])
def test_a_cut_off_image_says_so(reader: str, name: str, tmp_path: Path) -> None:
    data = image(name).rstrip(b"\0")
    found = _cut(reader, name, 0.4 * len(data) / len(image(name)), tmp_path)
    assert found.reasons, "nothing says that much is missing"


def test_folders_that_lie_in_themselves(tmp_path: Path) -> None:
    data = bytearray(image("tree.romfs"))
    start = data.find(b"a\0", 32) - 16  # the header of the folder `a`: its list is the root's
    data[start + 4 : start + 8] = (32).to_bytes(4, "big")
    found = read_bytes("romfs", bytes(data), tmp_path)
    assert "a list of files is damaged: the rest of it was not read" in found.reasons


def test_a_block_that_expands_too_far(tmp_path: Path) -> None:
    import zlib

    from evenhand.volume.block import BadBlock, expand

    bomb = zlib.compress(bytes(10 << 20))
    with pytest.raises(BadBlock, match="more than 4096"):
        expand("zlib", bomb, 4096)
    with pytest.raises(BadBlock, match="not known"):
        expand("number 9", b"", 1)
