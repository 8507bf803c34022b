"""Builds the examples: two fictional vendors, one in XA and one in XB, sell the same router.

Everything here is made up and harmless. XA and XB are user-assigned codes that no state has;
names end in `.example`; addresses are documentation addresses, but for three well-known public
resolvers. The two products differ in their vendor's name and in the vendor's home, nothing else.

    python examples/make.py out/examples

Spec: pcap (draft-ietf-opsawg-pcap), RFC 1035, RFC 8446 section 4.1.2, CycloneDX 1.6.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import struct
import sys
import tarfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

HERE = Path(__file__).parent
VENDORS = {"alder": "Alder Networks", "birch": "Birch Networks"}
ROUTER = "192.168.1.1"
START = 1_767_225_600  # 2026-01-01T00:00:00Z
RESOLVER = ("9.9.9.9", "dns.quad9.net")
# What the router connects to: name, address, bytes that it sends; `{v}` is the vendor.
CONTACTS = (
    ("one.one.one.one", "1.1.1.1", 900),
    ("dns.google", "8.8.8.8", 700),
    ("updates.{v}.example", "192.0.2.10", 1_200),
    ("time.{v}.example", "192.0.2.11", 400),
    ("metrics.{v}.example", "203.0.113.77", 48_000),  # its maker does not declare this one
)
AGENT = """#!/bin/sh
# Made as an example; it is never run.
curl --silent https://updates.{v}.example/homegate/latest
curl --silent --data @/tmp/usage.json https://metrics.{v}.example/v1/usage
"""


class Capture:
    """A capture in the making: Ethernet frames with made-up times, one second apart."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1))
        self._time = START

    def add(self, source: str, target: str, protocol: int, payload: bytes) -> None:
        """One IPv4 packet in one frame."""
        length = 20 + len(payload)
        header = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 64, protocol, 0,
            ip_address(source).packed, ip_address(target).packed,
        )  # fmt: skip
        checksum = sum(struct.unpack(">10H", header))
        checksum = ~((checksum & 0xFFFF) + (checksum >> 16)) & 0xFFFF
        header = header[:10] + struct.pack(">H", checksum) + header[12:]
        frame = bytes.fromhex("020000000001020000000002") + b"\x08\x00" + header + payload
        self._out.write(struct.pack("<IIII", self._time, 0, len(frame), len(frame)))
        self._out.write(frame)
        self._time += 1

    def bytes(self) -> bytes:
        """The whole file."""
        return self._out.getvalue()


def labels(name: str) -> bytes:
    """A name as DNS writes it."""
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


def dns(capture: Capture, number: int, name: str, address: str) -> None:
    """A question to the resolver and its answer."""
    question = labels(name) + struct.pack(">HH", 1, 1)
    asked = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + question
    record = struct.pack(">HHHIH", 0xC00C, 1, 1, 300, 4) + ip_address(address).packed
    told = struct.pack(">6H", number, 0x8180, 1, 1, 0, 0) + question + record
    port = 40_000 + number
    for source, target, ports, message in (
        (ROUTER, RESOLVER[0], (port, 53), asked),
        (RESOLVER[0], ROUTER, (53, port), told),
    ):
        capture.add(source, target, 17, struct.pack(">4H", *ports, 8 + len(message), 0) + message)


def hello(name: str) -> bytes:
    """A TLS 1.2 ClientHello with the server's name."""
    host = name.encode()
    entry = struct.pack(">BH", 0, len(host)) + host
    extension = struct.pack(">HHH", 0, len(entry) + 2, len(entry)) + entry
    body = b"\x03\x03" + bytes(32) + b"\0" + struct.pack(">HH", 2, 0x1301) + b"\x01\0"
    body += struct.pack(">H", len(extension)) + extension
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


def connect(capture: Capture, port: int, name: str, address: str, sends: int) -> None:
    """A connection: handshake, hello, and as many bytes as it sends."""

    def tcp(outward: bool, flags: int, data: bytes = b"") -> None:
        ends = (ROUTER, address) if outward else (address, ROUTER)
        ports = (port, 443) if outward else (443, port)
        capture.add(
            *ends, 6, struct.pack(">HHIIBBHHH", *ports, 0, 0, 0x50, flags, 512, 0, 0) + data
        )

    tcp(True, 0x02)
    tcp(False, 0x12)
    tcp(True, 0x18, hello(name))
    tcp(False, 0x18, bytes(300))
    for start in range(0, sends, 1_400):
        tcp(True, 0x18, bytes(min(1_400, sends - start)))
    tcp(True, 0x11)


def capture_of(vendor: str) -> bytes:
    """An hour of the router, idle."""
    capture = Capture()
    for number, (name, address, sends) in enumerate(CONTACTS):
        name = name.format(v=vendor)
        dns(capture, number, name, address)
        connect(capture, 50_000 + number, name, address, sends)
    return capture.bytes()


def package_of(vendor: str) -> bytes:
    """The update package: a compressed archive with a script that is never run."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, text, mode in (
            ("etc/homegate-release", "NAME=HomeGate\nVERSION=3.1\n", 0o644),
            ("usr/sbin/homegate-agent", AGENT.format(v=vendor), 0o755),
            ("usr/share/doc/NOTICE", "Made as an example. Harmless. Never run.\n", 0o644),
        ):
            member = tarfile.TarInfo(path)
            member.size, member.mode, member.mtime = len(text), mode, START
            archive.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(out.getvalue(), mtime=0)


def sbom_of(vendor: str) -> bytes:
    """What the maker says is inside."""
    parts = [("busybox", "1.36.1"), ("dropbear", "2024.86"), ("curl", "8.14.1")]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "firmware",
                "bom-ref": "homegate",
                "name": f"homegate-{vendor}",
                "version": "3.1",
                "supplier": {"name": VENDORS[vendor]},
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": name,
                "name": name,
                "version": version,
                "purl": f"pkg:generic/{name}@{version}",
            }
            for name, version in parts
        ],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def files() -> Iterator[tuple[str, bytes]]:
    """Every example file: path and content."""
    for vendor in VENDORS:
        yield f"{vendor}/capture.pcap", capture_of(vendor)
        yield f"{vendor}/update-3.1.tar.gz", package_of(vendor)
        yield f"{vendor}/sbom.cdx.json", sbom_of(vendor)
        facts = (HERE / "two-vendors" / "facts.yaml").read_text(encoding="utf-8")
        home = {"alder": "XA", "birch": "XB"}[vendor]
        for word, value in (("{vendor}", vendor), ("{name}", VENDORS[vendor]), ("{home}", home)):
            facts = facts.replace(word, value)
        yield f"{vendor}/facts.yaml", facts.encode()
    yield "territory.csv", (HERE / "two-vendors" / "territory.csv").read_bytes()
    yield "transfer.csv", (HERE / "two-vendors" / "transfer.csv").read_bytes()


def make(folder: Path) -> None:
    """Write the examples, in place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/make.py FOLDER")
    make(Path(sys.argv[1]))
