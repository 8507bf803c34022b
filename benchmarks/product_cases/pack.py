"""Products of the test set as the files in which such products are shipped.

Spec: PEP 427 (wheel), PEP 625 (sdist), npm package layout, deb(5), POSIX ustar, cpio newc, SquashFS
4.0 (by mksquashfs), OCI image layout 1.0, U-Boot's legacy image.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from case import Case, Member

COMPILERS = ("gcc", "aarch64-linux-gnu-gcc")


class MissingProgram(Exception):
    """The machine has not the compiler or packer that this case needs."""


def pack(case: Case, variant: str, compiler: str = "gcc") -> tuple[str, bytes]:
    """Name and bytes of the product in one variant."""
    members = _compiled(case, case.members(variant), compiler)
    name, version = case.head["name"], case.version(variant)
    return _FORMS[case.head["form"]](name, version, members)


def _compiled(case: Case, members: list[Member], compiler: str) -> list[Member]:
    shipped = [m for m in members if not m.is_source]
    sources = {m.path: m for m in members if m.is_source}
    if "machine" in case.head:
        compiler = f"{case.head['machine']}-linux-gnu-gcc"
    for target, first, flags in case.builds():
        used = [sources[f] for f in (first, *flags) if f in sources]
        if not used:  # of the plant only
            continue
        content = _compile(sources, [first, *flags], compiler)
        plant = frozenset({0}) if any(m.plant for m in used) else frozenset()
        layer = max(m.layer for m in used)
        shipped.append(Member(target, content, used[0].mode | 0o111, False, plant, layer))
    return shipped


def _compile(sources: Mapping[str, Member], asked: Sequence[str], compiler: str) -> bytes:
    """The program; `strip` among the flags takes its symbols out."""
    with tempfile.TemporaryDirectory() as folder:
        for path, source in sources.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_bytes(source.content)
        words = [compiler, "-w", *(f for f in asked if f != "strip" and not f.startswith("-l"))]
        if "strip" in asked:
            words.append("-s")
        words += ["-o", "program", *(f for f in asked if f.startswith("-l"))]
        try:
            done = subprocess.run(words, check=False, cwd=folder, capture_output=True, text=True)
        except FileNotFoundError:
            raise MissingProgram(compiler) from None
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stderr}")
        return Path(folder, "program").read_bytes()


def _tar(members: Sequence[Member], prefix: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for member in members:
            info = tarfile.TarInfo(prefix + member.path)
            info.size, info.mode = len(member.content), member.mode
            tar.addfile(info, io.BytesIO(member.content))
    return out.getvalue()


def _tgz(members: Sequence[Member], prefix: str = "") -> bytes:
    return gzip.compress(_tar(members, prefix), 9, mtime=0)


def _extra(path: str, text: str) -> Member:
    return Member(path, text.encode(), 0o644, False, frozenset())


def _metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {name}\n"


def _wheel(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    info = f"{name}-{version}.dist-info"
    lines = "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = [*members, _extra(f"{info}/METADATA", _metadata(name, version))]
    members += [_extra(f"{info}/WHEEL", lines)]
    record = ""
    for m in members:
        digest = base64.urlsafe_b64encode(hashlib.sha256(m.content).digest()).rstrip(b"=").decode()
        record += f"{m.path},sha256={digest},{len(m.content)}\n"
    members.append(_extra(f"{info}/RECORD", f"{record}{info}/RECORD,,\n"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for m in members:
            archive.writestr(zipfile.ZipInfo(m.path), m.content, zipfile.ZIP_DEFLATED)
    return f"{name}-{version}-py3-none-any.whl", out.getvalue()


def _sdist(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    members = [*members, _extra("PKG-INFO", _metadata(name, version))]
    return f"{name}-{version}.tar.gz", _tgz(members, f"{name}-{version}/")


def _npm(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    return f"{name}-{version}.tgz", _tgz(members, "package/")


def _deb(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    control = [m for m in members if m.path.startswith("DEBIAN/")]
    control = [Member(m.path[7:], m.content, m.mode, False, m.plant) for m in control]
    data = [m for m in members if not m.path.startswith("DEBIAN/")]
    parts = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", _tgz(control, "./")),
        ("data.tar.gz", _tgz(data, "./")),
    )
    out = b"!<arch>\n"
    for part, content in parts:
        out += f"{part:16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        out += content + b"\n" * (len(content) % 2)
    said = next((m.content for m in control if m.path == "control"), b"")
    machine = "amd64" if b"Architecture: amd64" in said else "all"
    return f"{name}_{version}_{machine}.deb", out


def _rootfs_tar(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    return f"{name}-{version}-rootfs.tar.gz", _tgz(members, "./")


def _rootfs_cpio(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    end = Member("TRAILER!!!", b"", 0, False, frozenset())
    out = b""
    for number, m in enumerate([*members, end], 1):
        path = m.path.encode() + b"\0"
        mode = m.mode | 0o100000 if m is not end else 0
        fields = (number, mode, 0, 0, 1, 0, len(m.content), 0, 0, 0, 0, len(path), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + path
        out += head + bytes(-len(head) % 4) + m.content + bytes(-len(m.content) % 4)
    return f"{name}-{version}-rootfs.cpio", out + bytes(-len(out) % 512)


def _squashfs(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    fixed = ["-all-root", "-all-time", "0", "-mkfs-time", "0", "-noappend", "-quiet"]
    with tempfile.TemporaryDirectory() as folder:
        for m in members:
            path = Path(folder, "root", m.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(m.content)
            path.chmod(m.mode)
        words = ["mksquashfs", "root", "image", *fixed, "-no-progress", "-processors", "1"]
        try:
            subprocess.run(words, check=True, cwd=folder, capture_output=True)
        except FileNotFoundError:
            raise MissingProgram(words[0]) from None
        return f"{name}-{version}.squashfs", Path(folder, "image").read_bytes()


def _oci(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    """An image layout, as a tar archive; as many layers as the members say."""
    blobs: dict[str, bytes] = {}

    def blob(kind: str, content: bytes) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        media = f"application/vnd.oci.image.{kind}"
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content)}

    tapes = [_tar([m for m in members if m.layer == n]) for n in sorted({m.layer for m in members})]
    layers = [blob("layer.v1.tar+gzip", gzip.compress(tape, 9, mtime=0)) for tape in tapes]
    digests = [f"sha256:{hashlib.sha256(tape).hexdigest()}" for tape in tapes]
    parts = {"type": "layers", "diff_ids": digests}
    config = {"architecture": "amd64", "os": "linux", "rootfs": parts, "config": {}}
    said = blob("config.v1+json", json.dumps(config).encode())
    manifest = {"schemaVersion": 2, "config": said, "layers": layers}
    first = blob("manifest.v1+json", json.dumps(manifest).encode())
    index = {"schemaVersion": 2, "manifests": [first]}
    files = [_extra("oci-layout", '{"imageLayoutVersion": "1.0.0"}')]
    files.append(_extra("index.json", json.dumps(index)))
    files += [Member(p, c, 0o644, False, frozenset()) for p, c in blobs.items()]
    return f"{name}-{version}.oci.tar", _tar(files)


def _zip(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for m in members:
            entry = zipfile.ZipInfo(f"{name}-{version}/{m.path}")
            archive.writestr(entry, m.content, zipfile.ZIP_DEFLATED)
    return f"{name}-{version}.zip", out.getvalue()


def _sources(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    return f"{name}-{version}.tar.gz", _tgz(members, f"{name}-{version}/")


def _firmware(name: str, version: str, members: list[Member]) -> tuple[str, bytes]:
    """A boot image with a kernel's stand-in, then the root file system at the next 64 KiB."""
    kernel = gzip.compress(hashlib.sha256(name.encode()).digest() * 2000, 9, mtime=0)
    title = f"{name}-{version}".encode()[:32].ljust(32, b"\0")

    def head(check: int) -> bytes:
        sums = (0x27051956, check, 0, len(kernel), 0x80000000, 0x80000000, zlib.crc32(kernel))
        return struct.pack(">7I4B", *sums, 5, 22, 2, 1) + title  # Linux, AArch64, kernel, gzip

    start = head(zlib.crc32(head(0))) + kernel
    content = start + b"\xff" * (-len(start) % 0x10000) + _squashfs(name, version, members)[1]
    return f"{name}-{version}-sysupgrade.bin", content


_FORMS = {
    "wheel": _wheel,
    "sdist": _sdist,
    "npm": _npm,
    "deb": _deb,
    "rootfs-tar": _rootfs_tar,
    "rootfs-cpio": _rootfs_cpio,
    "squashfs": _squashfs,
    "oci": _oci,
    "zip": _zip,
    "sources": _sources,
    "firmware": _firmware,
}
