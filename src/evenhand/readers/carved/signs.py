"""The signs that carving goes by, each with the test that its header has to pass.

Spec: squashfs_fs.h, cramfs_fs.h, romfs.rst, ext4 (super block), U-Boot image.h, Devicetree
specification 0.4 s. 5.2, RFC 1952, .xz 1.2, bzip2, RFC 8878,
LZMA alone, cpio(5), POSIX ustar, APPNOTE 6.3.10, 7-Zip 7zFormat.txt, ECMA-119, RFC 7468.
"""

from __future__ import annotations

import mmap
import struct
import zlib

from evenhand.expansion import Deflated, Zstd, bzip2, lzma_alone, xz
from evenhand.readers.carved.part import Sign, Work, stream_length
from evenhand.volume.yaffs import length_of

PEM_BYTES = 1 << 16
ENTRIES = 200_000  # of one archive that is walked


def _u32(content: mmap.mmap, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")


def _b32(content: mmap.mmap, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "big")


def _fits(length: int, at: int, size: int) -> int | None:
    return length if 0 < length <= size - at else None


def squashfs(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """Version 4, a block size that is what its logarithm says, tables inside."""
    raw = content[at : at + 96]
    if len(raw) < 96:
        return None
    block, _, _, log = struct.unpack_from("<2I2H", raw, 12)
    major, _ = struct.unpack_from("<2H", raw, 28)
    used = int.from_bytes(raw[40:48], "little")
    tables = struct.unpack_from("<2Q", raw, 64)
    if major != 4 or not 12 <= log <= 20 or block != 1 << log or max(tables) >= used or used < 96:
        return None
    return min(used, size - at) if tables[0] < size - at else None


def cramfs(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """The words `Compressed ROMFS` and a length."""
    if content[at + 16 : at + 32] != b"Compressed ROMFS":
        return None
    number = _u32 if content[at : at + 1] == b"\x45" else _b32
    return _fits(number(content, at + 4), at, size)


def yaffs2(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """Chunks with tags that agree with them, more than a few."""
    length = length_of(content, at, size)
    return length if length and length >= 3 * 2112 else None


def romfs(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A header whose words add up to nothing."""
    length = _b32(content, at + 8)
    if not 32 <= length <= size - at:
        return None
    words = range(at, at + (min(512, length) & ~3), 4)
    return None if sum(_b32(content, word) for word in words) & 0xFFFFFFFF else length


def ext(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A first superblock whose numbers can be."""
    raw = content[at + 1024 : at + 1024 + 1024]
    if len(raw) < 1024:
        return None
    inodes, blocks, _, free, _, first, log = struct.unpack_from("<7I", raw)
    state, errors = struct.unpack_from("<2H", raw, 58)
    creator, revision = struct.unpack_from("<2I", raw, 72)
    per_group = struct.unpack_from("<I", raw, 32)[0]
    good = log <= 6 and first == (log == 0) and free <= blocks and 0 < per_group <= 8 * 1024 << log
    group = int.from_bytes(raw[90:92], "little")
    if not good or not inodes or group or creator > 4 or revision > 1 or state > 7 or errors > 3:
        return None
    length = blocks * (1024 << log)
    return min(length, size - at) if length > 8192 else None


def uimage(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A header with its checksum."""
    raw = bytearray(content[at : at + 64])
    if len(raw) < 64:
        return None
    stated = int.from_bytes(raw[4:8], "big")
    raw[4:8] = bytes(4)
    length = 64 + int.from_bytes(raw[12:16], "big")
    return min(length, size - at) if zlib.crc32(raw) == stated else None


def device_tree(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A header whose blocks lie inside; an image tree may keep its data after itself."""
    if at + 40 > size:
        return None
    total, structure, strings, _, version, last = struct.unpack_from(">6I", content, at + 4)
    if not 2 <= last <= 17 or version < last or version > 17 or total > size - at or total < 56:
        return None
    if not 40 <= structure < total or not 40 <= strings <= total:
        return None
    names = content[at + strings : at + total]
    outside = b"data-offset\0" in names or b"data-position\0" in names
    return size - at if outside else total


def xz_stream(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """Flags with their checksum, then the stream."""
    flags = content[at + 6 : at + 8]
    if zlib.crc32(flags) != _u32(content, at + 8):
        return None
    return stream_length(xz, 1, False)(content, at, size, work)


def lzma_stream(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """The properties that are usual, a length that can be, and 64 KiB that expand."""
    window, length = _u32(content, at + 1), int.from_bytes(content[at + 5 : at + 13], "little")
    usual = window & (window - 1) == 0 and 1 << 16 <= window <= 1 << 26
    if not usual or content[at + 13 : at + 14] != b"\0":
        return None
    if length != (1 << 64) - 1 and not 1 << 12 <= length <= 1 << 30:
        return None
    return stream_length(lzma_alone, 1 << 16, False)(content, at, size, work)


def cpio(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """Members one after the other up to the end mark."""
    place = at
    for _ in range(ENTRIES):
        raw = content[place : place + 110]
        if len(raw) < 110 or raw[:6] not in (b"070701", b"070702"):
            return None
        try:
            length, named = int(raw[54:62], 16), int(raw[94:102], 16)
        except ValueError:
            return None
        if not 0 < named <= 4096:
            return None
        name = content[place + 110 : place + 110 + named]
        place += 110 + named + -(110 + named) % 4
        place += length + -length % 4
        if place > size + 3:
            return None
        if name == b"TRAILER!!!\0":
            return min(place, size) - at
    return None


def tar(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """Headers with right checksums up to an empty one."""
    place = at
    for _ in range(ENTRIES):
        raw = content[place : place + 512]
        if len(raw) == 512 and not any(raw):
            return min(place + 1024, size) - at if place > at else None
        try:
            stated = int(raw[148:156].split(b"\0")[0].strip() or b"x", 8)
            length = int(raw[124:136].split(b"\0")[0].strip() or b"0", 8)
        except ValueError:
            return None
        if stated != sum(raw[:148]) + 256 + sum(raw[156:]) or not 0 <= length <= size:
            return None
        place += 512 + length + -length % 512
    return None


def zip_archive(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """An end record whose directory points back to this very member."""
    end = at
    for _ in range(16):
        end = content.find(b"PK\5\6", end + 1)
        if end < 0 or end + 22 > size or not work.allows(1 << 10, at):
            return None
        count, length, start, note = struct.unpack_from("<H2LH", content, end + 10)
        if end - length - start == at and count:
            return _fits(end + 22 + note - at, at, size)
    return None


def seven_zip(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A start header with its checksum."""
    raw = content[at + 12 : at + 32]
    if len(raw) < 20 or zlib.crc32(raw) != _u32(content, at + 8):
        return None
    offset, length = struct.unpack_from("<2Q", raw)
    return _fits(32 + offset + length, at, size) if offset + length else None


def iso(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A primary volume descriptor whose two byte orders agree."""
    raw = content[at + 32768 : at + 32768 + 132]
    little, big = raw[80:84], raw[84:88]
    if len(raw) < 132 or raw[0] != 1 or little != big[::-1] or raw[128:130] != b"\0\x08":
        return None
    return min(int.from_bytes(little, "little") * 2048, size - at) or None


def private_key(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A key in text, to the end of its last line."""
    raw = content[at : at + PEM_BYTES]
    first, mark, _ = raw.partition(b"-----\n")
    if not mark or not first.endswith((b"PRIVATE KEY", b"CERTIFICATE")) or len(first) > 64:
        return None
    last = b"-----END " + first[11:] + b"-----\n"
    end = raw.find(last)
    return end + len(last) if end > 0 else None


def ubi(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A header with its checksum; blocks of one length that each begin with one, or are erased."""
    raw = content[at : at + 64]
    if len(raw) < 64 or ~zlib.crc32(raw[:60]) & 0xFFFFFFFF != int.from_bytes(raw[60:], "big"):
        return None
    block = 1 << 12
    while content[at + block : at + block + 4] != b"UBI#":
        block *= 2
        if block > 1 << 24:
            return None
    end = at + block
    while content[end : end + 4] in (b"UBI#", b"\xff\xff\xff\xff") and end + block <= size:
        end += block
    return end - at


def jffs2(content: mmap.mmap, at: int, size: int, work: Work) -> int | None:
    """A node with its checksum; what follows it belongs to it, to the end."""
    number = _u32 if content[at : at + 1] == b"\x85" else _b32
    stated = number(content, at + 8)
    if ~zlib.crc32(content[at : at + 8], 0xFFFFFFFF) & 0xFFFFFFFF != stated:
        return None
    return size - at


SIGNS = (
    Sign(b"hsqs", "squashfs", squashfs),
    Sign(b"\x45\x3d\xcd\x28", "cramfs", cramfs),
    Sign(b"\x28\xcd\x3d\x45", "cramfs", cramfs),
    Sign(b"UBI#\1\0\0\0", "ubi", ubi),
    Sign(b"\x85\x19\x01\xe0", "jffs2", jffs2),
    Sign(b"\x85\x19\x03\x20", "jffs2", jffs2),
    Sign(b"\x19\x85\xe0\x01", "jffs2", jffs2),
    Sign(b"\x19\x85\x20\x03", "jffs2", jffs2),
    Sign(b"\1\0\0\0\xff\xff", "yaffs2", yaffs2, 4, 16),
    Sign(b"\0\0\0\1\xff\xff", "yaffs2", yaffs2, 4, 16),
    Sign(b"-rom1fs-", "romfs", romfs),
    Sign(b"\x53\xef\1\0", "ext", ext, 1080, 16),
    Sign(b"\x53\xef\0\0", "ext", ext, 1080, 16),
    Sign(b"\x27\x05\x19\x56", "uImage", uimage),
    Sign(b"\xd0\x0d\xfe\xed", "device tree", device_tree),
    Sign(b"\x1f\x8b\x08", "gzip", stream_length(lambda: Deflated(gzip=True), 16, False)),
    Sign(b"\xfd7zXZ\0", "xz", xz_stream),
    Sign(b"1AY&SY", "bzip2", stream_length(bzip2, 1, False), 4),
    Sign(b"\x28\xb5\x2f\xfd", "zstd", stream_length(Zstd, 256, True)),
    Sign(b"\x5d\0\0", "lzma", lzma_stream),
    Sign(b"070701", "cpio", cpio),
    Sign(b"070702", "cpio", cpio),
    Sign(b"ustar", "tar", tar, 257),
    Sign(b"PK\3\4", "zip", zip_archive),
    Sign(b"7z\xbc\xaf\x27\x1c", "7z", seven_zip),
    Sign(b"CD001\1", "iso", iso, 32769, 16),
    Sign(b"-----BEGIN ", "text", private_key),
)
