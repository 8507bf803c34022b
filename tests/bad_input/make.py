"""Builds a folder of hostile inputs: what people send, or would, to stop a reader.

`make(folder)` writes each of `CASES` into the folder; a case is one function, so that what an
input holds can be read here. Nothing is downloaded; together they take 65 MB on disk.
Run as a program: `python make.py FOLDER`.

Spec: none; each function says which format it bends.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MIB = 1 << 20
ZEROS = bytes(MIB)
Case = Callable[[Path], None]
CASES: list[Case] = []


def case(function: Case) -> Case:
    """Register one hostile input."""
    CASES.append(function)
    return function


def make(folder: Path) -> None:
    """Build every case below `folder`, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    for build in CASES:
        build(folder)


def main(arguments: list[str]) -> None:
    """`python make.py FOLDER`."""
    make(Path(arguments[0]))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with these members, all dated 1980."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def tarred(members: list[tarfile.TarInfo], contents: dict[str, bytes] | None = None) -> bytes:
    """A tar archive with these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member in members:
            data = (contents or {}).get(member.name, b"")
            member.size = len(data) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    """A tar member of this kind."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def ar(members: list[tuple[str, bytes]]) -> bytes:
    """An ar archive with these members."""
    out = b"!<arch>\n"
    for name, data in members:
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
        out += data + b"\n" * (len(data) % 2)
    return out


def deflated_zeros(mib: int) -> tuple[bytes, int]:
    """A raw deflate stream of `mib` MiB of zeros, and their checksum."""
    state = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed, crc = [], 0
    for _ in range(mib):
        packed.append(state.compress(ZEROS))
        crc = zlib.crc32(ZEROS, crc)
    packed.append(state.flush())
    return b"".join(packed), crc


def repeated_zeros(times: int, mib: int) -> bytes:
    """Raw deflate of `times` × `mib` MiB of zeros: full flushes end on a byte border."""
    state = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = state.compress(ZEROS * mib) + state.flush(zlib.Z_FULL_FLUSH)
    return block * times + state.flush()


def raw_zip(entries: list[tuple[bytes, bytes, int, int, int, int]]) -> bytes:
    """A zip from (name, packed data, method, flags, size, crc), with nothing put right."""
    body, directory = b"", b""
    for name, data, method, flags, size, crc in entries:
        wide = size >= 0xFFFFFFFF
        stated = 0xFFFFFFFF if wide else size
        extra = struct.pack("<2H2Q", 1, 16, size, len(data)) if wide else b""
        packed = 0xFFFFFFFF if wide else len(data)
        offset = len(body)
        head = struct.pack(
            "<5H3L2H", 45, flags, method, 0, 33, crc, packed, stated, len(name), len(extra)
        )
        body += b"PK\3\4" + head + name + extra + data
        fields = (45, 45, flags, method, 0, 33, crc, packed, stated, len(name), len(extra))
        directory += b"PK\1\2" + struct.pack("<6H3L5H2L", *fields, 0, 0, 0, 0, offset)
        directory += name + extra
    count = len(entries)
    tail = struct.pack("<4H2LH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + tail


@case
def zip_bomb_flat(folder: Path) -> None:
    """One deflated member of 10 GB of zeros in 10 MB (the checksum it states is wrong)."""
    # deflate streams of full blocks can be laid end to end: each ends on a byte border
    data = repeated_zeros(640, 16)
    entry = (b"zeros", data, 8, 0, 640 * 16 * MIB, 1)
    (folder / "bomb_flat.zip").write_bytes(raw_zip([entry]))


@case
def zip_bomb_nested(folder: Path) -> None:
    """Sixteen zips in each of sixteen zips …, five deep, 16 MiB of zeros at the bottom: 16 TiB."""
    inner = zipped({"0.dll": ZEROS * 16})
    for _ in range(5):
        inner = zipped({f"lib {i}.zip": inner for i in range(16)})
    (folder / "bomb_nested.zip").write_bytes(inner)


@case
def zip_overlapping(folder: Path) -> None:
    """A hundred directory entries for one and the same megabyte-to-gigabyte member."""
    packed, crc = deflated_zeros(16)
    body = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 8, 0, 33, crc, len(packed), 16 * MIB, 1, 0)
    body += b"a" + packed
    directory = b""
    for number in range(100):
        name = f"{number:03}".encode()
        fields = (20, 20, 0, 8, 0, 33, crc, len(packed), 16 * MIB, len(name), 0, 0, 0, 0, 0, 0)
        directory += b"PK\1\2" + struct.pack("<6H3L5H2L", *fields) + name
    tail = struct.pack("<4H2LH", 0, 0, 100, 100, len(directory), len(body), 0)
    (folder / "overlapping.zip").write_bytes(body + directory + b"PK\5\6" + tail)


@case
def zip_bad_members(folder: Path) -> None:
    """Good, wrong checksum, encrypted, unknown compression, damaged, climbing out, good again."""
    good = zlib.crc32(b"good")
    entries = [
        (b"good.txt", b"good", 0, 0, 4, good),
        (b"crc.txt", b"good", 0, 0, 4, 1),
        (b"locked.txt", b"\0" * 16, 0, 1, 4, good),
        (b"odd.txt", b"good", 77, 0, 4, good),
        (b"damaged.txt", b"\xff\xff\xff\xff", 8, 0, 4, good),
        (b"../../etc/passwd", b"good", 0, 0, 4, good),
        (b"last.txt", b"good", 0, 0, 4, good),
    ]
    (folder / "bad_members.zip").write_bytes(raw_zip(entries))


@case
def zip_names(folder: Path) -> None:
    """Names that are no UTF-8 (one of them flagged as UTF-8), with NUL, and empty."""
    crc = zlib.crc32(b"x")
    names = [(b"caf\xe9.txt", 0), (b"\xff\xfe.txt", 1 << 11), (b"a\0b.txt", 0), (b"", 0)]
    entries = [(name, b"x", 0, flags, 1, crc) for name, flags in names]
    (folder / "names.zip").write_bytes(raw_zip(entries))


@case
def zip_of_itself(folder: Path) -> None:
    """A hundred zips, each in the next: deeper than anything ought to go."""
    inner = zipped({"core.txt": b"bottom"}, zipfile.ZIP_STORED)
    for number in range(100):
        inner = zipped({f"{number}.zip": inner}, zipfile.ZIP_STORED)
    (folder / "deep.zip").write_bytes(inner)


@case
def zip_truncated(folder: Path) -> None:
    """A zip without its directory: cut off in the third of four members."""
    whole = zipped({f"{i}.txt": bytes([65 + i]) * 1000 for i in range(4)}, 0)
    (folder / "truncated.zip").write_bytes(whole[:2600])


@case
def tar_climbing(folder: Path) -> None:
    """`../`, absolute names, links out, hard links, devices, a FIFO, and one harmless file."""
    members = [
        member("../../escape.txt"),
        member("/etc/cron.d/evil"),
        member("out", tarfile.SYMTYPE, "/etc/passwd"),
        member("up", tarfile.SYMTYPE, "../../../etc/shadow"),
        member("out/through_the_link.txt"),
        member("hard", tarfile.LNKTYPE, "/etc/passwd"),
        member("null", tarfile.CHRTYPE),
        member("disk", tarfile.BLKTYPE),
        member("pipe", tarfile.FIFOTYPE),
        member("folder", tarfile.DIRTYPE),
        member("folder/good.txt"),
    ]
    contents = {m.name: b"content\n" for m in members if m.isreg()}
    (folder / "climbing.tar").write_bytes(tarred(members, contents))


@case
def tar_truncated(folder: Path) -> None:
    """Cut off inside the second member."""
    members = [member("whole.txt"), member("cut.txt")]
    whole = tarred(members, {"whole.txt": b"w" * 600, "cut.txt": b"c" * 5000})
    (folder / "truncated.tar").write_bytes(whole[: 512 + 1024 + 512 + 700])


@case
def tar_huge_headers(folder: Path) -> None:
    """A pax header and a long name that state gigabytes, then a size below zero."""
    header = bytearray(tarred([member("x")])[:512])

    def sealed(kind: bytes, size: bytes) -> bytes:
        header[156:157], header[124:136] = kind, size
        header[148:156] = b" " * 8
        header[148:156] = f"{sum(header):06o}\0 ".encode()
        return bytes(header)

    huge = sealed(b"x", b"77777777777\0")
    (folder / "huge_pax.tar").write_bytes(huge + bytes(1024))
    (folder / "huge_name.tar").write_bytes(sealed(b"L", b"77777777777\0") + bytes(1024))
    negative = sealed(b"0", b"\xff" * 12)
    (folder / "negative.tar").write_bytes(negative + bytes(1024))


@case
def tar_sparse(folder: Path) -> None:
    """A sparse member that claims 8 GiB, of which 512 bytes are stored."""
    header = bytearray(tarred([member("sparse.bin")], {"sparse.bin": b"d" * 512})[:512])
    header[156:157], header[257:265] = b"S", b"ustar  \0"
    header[345:500] = bytes(155)
    header[386:410] = b"%011o\0%011o\0" % (1 << 32, 512)
    header[483:495] = b"%011o\0" % ((8 << 30) - 1)
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    (folder / "sparse.tar").write_bytes(bytes(header) + b"d" * 512 + bytes(1024))


@case
def truncated_streams(folder: Path) -> None:
    """gzip and xz cut off in the middle; bzip2 with a flipped bit; gzip with rubbish behind."""
    text = b"".join(b"line %d\n" % i for i in range(200_000))
    packed = gzip.compress(text, mtime=0)
    (folder / "truncated.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "rubbish_behind.gz").write_bytes(packed + b"rubbish that is no stream at all")
    (folder / "truncated.xz").write_bytes((x := lzma.compress(text))[: len(x) // 2])
    damaged = bytearray(bz2.compress(text))
    damaged[len(damaged) // 2] ^= 0xFF
    (folder / "damaged.bz2").write_bytes(damaged)


@case
def gzip_bomb(folder: Path) -> None:
    """1 GiB of zeros in 1 MB, and it says nothing of its length."""
    crc = 0
    for _ in range(1024):
        crc = zlib.crc32(ZEROS, crc)
    head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    tail = struct.pack("<2L", crc, 1 << 30)
    (folder / "bomb.gz").write_bytes(head + repeated_zeros(64, 16) + tail)


@case
def deb_truncated(folder: Path) -> None:
    """A Debian package cut off in its data, one with its members in disorder, one damaged."""
    control = gzip.compress(tarred([member("./control")], {"./control": b"Package: x\n"}), mtime=0)
    data = gzip.compress(tarred([member("./usr/bin/x")], {"./usr/bin/x": b"x" * 900}), mtime=0)
    parts = [("debian-binary", b"2.0\n"), ("control.tar.gz", control), ("data.tar.gz", data)]
    whole = ar(parts)
    (folder / "truncated.deb").write_bytes(whole[:-50])
    (folder / "disorder.deb").write_bytes(ar([parts[0], parts[2], parts[1]]))
    at = 8 + 60 + 4
    (folder / "damaged.deb").write_bytes(whole[: at + 58] + b"??" + whole[at + 60 :])


@case
def empty_file(folder: Path) -> None:
    """Nothing at all."""
    (folder / "empty").write_bytes(b"")


@case
def sparse_file(folder: Path) -> None:
    """3 GB of nothing: hardly a block on disk."""
    with (folder / "sparse.bin").open("wb") as out:
        out.truncate(3 * 10**9)


@case
def no_permission(folder: Path) -> None:
    """A file that its owner may not read (root still may)."""
    path = folder / "no_permission.txt"
    path.touch()
    path.chmod(0o600)
    path.write_text("https://secret.example.org/\n")
    path.chmod(0)


@case
def odd_names(folder: Path) -> None:
    """File names that are no UTF-8, hold a line feed, or look like an option."""
    for name in (b"caf\xe9\xff.txt", b"two\nlines.txt", b"-rf.txt"):
        (folder / os.fsdecode(name)).write_bytes(b"https://odd-name.example.org/\n")


@case
def not_files(folder: Path) -> None:
    """A FIFO that nobody writes to, a loop of links, a link to itself, a dangling link."""
    if not (folder / "fifo").exists():
        os.mkfifo(folder / "fifo")
    for name, target in (("loop_a", "loop_b"), ("loop_b", "loop_a"), ("self", "self")):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(target)
    if not (folder / "dangling").is_symlink():
        (folder / "dangling").symlink_to("nowhere")


@case
def json_bombs(folder: Path) -> None:
    """JSON nested 100,000 deep, plain and as a bill of material; nested components 400 deep."""
    deep = "[" * 100_000 + "]" * 100_000
    (folder / "deep.json").write_text(deep)
    (folder / "deep.cdx.json").write_text(f'{{"bomFormat": "CycloneDX", "x": {deep}}}')
    opening = '{"type": "library", "name": "n", "components": ['
    nested = opening * 400 + "]}" * 400
    start = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": ['
    (folder / "nested.cdx.json").write_text(start + nested + "]}")
    (folder / "broken.cdx.json").write_text('{"bomFormat": "CycloneDX", "components": [')
    (folder / "digits.spdx.json").write_text('{"spdxVersion": "SPDX-2.3", "n": ' + "9" * 5000 + "}")
    (folder / "wrong_types.cdx.json").write_text(
        json.dumps({"bomFormat": 1, "specVersion": ["1.6"], "components": {"name": 3}})
    )


@case
def yaml_bomb(folder: Path) -> None:
    """A facts file of nine lines that refer to each other: a billion rows."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    (folder / "facts.yaml").write_text("\n".join([*lines, "transfer: *a9", ""]))


@case
def texts(folder: Path) -> None:
    """UTF-16 with its mark, and one line of 50 MB of minified code with a host at its end."""
    said = "server = https://wide.example.org/\n"
    (folder / "utf16.txt").write_bytes(b"\xff\xfe" + said.encode("utf-16-le"))
    (folder / "utf16be.txt").write_bytes(b"\xfe\xff" + said.encode("utf-16-be"))
    unit = b"function a(b){return b.c('d',e.f,1.5)}var g={h:'i'};"
    with (folder / "minified.js").open("wb") as out:
        for _ in range(50 * MIB // (len(unit) * 1000)):
            out.write(unit * 1000)
        out.write(b"fetch('https://end.example.org/x')")


def unlock(folder: Path) -> None:
    """Give back the permissions that `no_permission` took, so that the folder can be removed."""
    path = folder / "no_permission.txt"
    if path.exists() and not path.stat().st_mode & stat.S_IRUSR:
        path.chmod(0o600)


if __name__ == "__main__":
    main(sys.argv[1:])
