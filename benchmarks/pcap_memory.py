"""A large capture: seconds, MB/s and peak memory of the reader, beside other ways to read it.

Usage: python benchmarks/pcap_memory.py [MEGABYTES] [FILE]     (default: 500, a temporary file)

The capture is made by a seeded script: 100,000 flows, DNS with varied ids, TLS hellos, HTTP and
bulk data. Compared in the same run with reading the (page-cached) file, and with tcpdump and
dpkt where they are installed. Each runs in a process of its own; memory is its peak.

Spec: none.
"""

from __future__ import annotations

import importlib.util
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FLOWS = 100_000
SEED = 20_260_101
MB = 1 << 20
HERE = Path(__file__)


def ethernet(source: int, target: int, protocol: int, payload: bytes) -> bytes:
    """An Ethernet frame with an IPv4 packet."""
    head = struct.pack(
        ">BBHHHBBHII", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0, source, target
    )
    return b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + head + payload


def udp(ports: tuple[int, int], data: bytes) -> bytes:
    """A UDP datagram."""
    return struct.pack(">HHHH", *ports, 8 + len(data), 0) + data


def tcp(ports: tuple[int, int], sequence: int, flags: int, data: bytes) -> bytes:
    """A TCP segment."""
    return struct.pack(">HHIIBBHHH", *ports, sequence, 0, 0x50, flags, 65535, 0, 0) + data


def dns(name: str, number: int, address: int | None) -> bytes:
    """A question for an address, or its answer."""
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
    head = struct.pack(
        ">HHHHHH", number, 0x0100 if address is None else 0x8180, 1, address is not None, 0, 0
    )
    question = labels + b"\0\1\0\1"
    if address is None:
        return head + question
    return head + question + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + struct.pack(">I", address)


def hello(name: str) -> bytes:
    """A TLS record with a ClientHello."""
    raw = name.encode()
    server = struct.pack(">HHHBH", 0, len(raw) + 5, len(raw) + 3, 0, len(raw)) + raw
    padding = struct.pack(">HH", 21, 180) + bytes(180)
    extensions = server + padding
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0"
    body += struct.pack(">H", len(extensions)) + extensions
    shake = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(shake)) + shake


def frames(chance: random.Random) -> Iterator[bytes]:
    """Packets without end: flows taken at random, each beginning as its kind does."""
    begun: dict[int, int] = {}
    bulk = chance.randbytes(4096)
    while True:
        flow = chance.randrange(FLOWS)
        client, server = 0x0A000000 + flow % 60_000, 0x5D000000 + flow * 2_654_435 % 0x1000000
        name = f"host{flow % 5000}.site{flow % 700}.example"
        port = 1024 + flow % 60_000
        step = begun.get(flow, 0)
        begun[flow] = step + 1
        if flow % 4 == 0:
            number = chance.randrange(65_536)
            yield ethernet(client, server, 17, udp((port, 53), dns(name, number, None)))
            answer = dns(name, number, 0xC6336400 + flow % 256)
            yield ethernet(server, client, 17, udp((53, port), answer))
        elif step == 0:
            yield ethernet(client, server, 6, tcp((port, 443), 0, 2, b""))
            yield ethernet(server, client, 6, tcp((443, port), 0, 18, b""))
            yield ethernet(client, server, 6, tcp((port, 443), 1, 24, hello(name)))
        else:
            size = chance.choice((0, 0, 100, 700, 1448, 1448))
            start = chance.randrange(2048)
            data = b"\x17\3\3" + bulk[start : start + size]
            yield ethernet(server, client, 6, tcp((443, port), step * 1448, 16, data))


def make(path: Path, size: int) -> int:
    """Write a capture of about `size` bytes; how many packets it holds."""
    chance = random.Random(SEED)
    packets, written, clock = 0, 24, 1_750_000_000_000_000
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for frame in frames(chance):
            clock += chance.randrange(200)
            out.write(struct.pack("<IIII", *divmod(clock, 10**6), len(frame), len(frame)))
            out.write(frame)
            packets += 1
            written += 16 + len(frame)
            if written >= size:
                return packets
    return packets


def run_reader(path: Path) -> str:
    """The capture reader; what it found."""
    from evenhand.artefact import Artefact
    from evenhand.readers import Batch
    from evenhand.readers.pcap import read

    rows = {"flow": 0, "host_name": 0}
    for item in read(Artefact(path.name, path, "sha256:" + "0" * 64, path.stat().st_size)):
        if isinstance(item, Batch):
            rows[item.table] += item.rows.num_rows
    return f"{rows['flow']} flow rows (both layers), {rows['host_name']} names"


def run_cached(path: Path) -> str:
    """Read the file and do nothing."""
    with path.open("rb", buffering=0) as stream:
        buffer = bytearray(MB)
        while stream.readinto(buffer):
            pass
    return "nothing"


def run_dpkt(path: Path) -> str:
    """Flows only, with dpkt."""
    import dpkt  # type: ignore[import-not-found]

    flows: dict[object, int] = {}
    with path.open("rb") as stream:
        for _, raw in dpkt.pcap.Reader(stream):
            packet = dpkt.ethernet.Ethernet(raw).data
            if isinstance(packet, dpkt.ip.IP):
                ends = frozenset(((packet.src, packet.data.sport), (packet.dst, packet.data.dport)))
                flows[ends] = flows.get(ends, 0) + len(raw)
    return f"{len(flows)} flows, no names"


def measured(kind: str, path: Path) -> tuple[float, float, int, str]:
    """CPU seconds, wall seconds and peak memory (bytes) of one way to read, in a new process."""
    command = [sys.executable, str(HERE), "--run", kind, str(path)]
    if kind == "tcpdump":
        command = [shutil.which("tcpdump") or "", "-r", str(path), "-w", os.devnull]
        command += ["-Z", "root"] if os.geteuid() == 0 else []  # it may not change its user
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    if kind == "tcpdump":
        return cpu, wall, 0, "copied, no flows"
    found, _, peak = done.stdout.strip().rpartition("|")
    return cpu, wall, int(peak), found


def main() -> None:
    """Make the capture, read it in every way there is, print one line each."""
    if sys.argv[1:2] == ["--run"]:
        found = globals()[f"run_{sys.argv[2]}"](Path(sys.argv[3]))
        print(f"{found}|{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}")
        return
    size = int(sys.argv[1]) * MB if len(sys.argv) > 1 else 500 * MB
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder) / "large.pcap"
        if not path.exists():
            print(f"made: {make(path, size)} packets", flush=True)
        size = path.stat().st_size
        kinds = ["cached", "cached", "reader"]
        kinds += ["tcpdump"] if shutil.which("tcpdump") else []
        kinds += ["dpkt"] if importlib.util.find_spec("dpkt") else []
        base = 0.0
        for i, kind in enumerate(kinds):
            cpu, wall, peak, found = measured(kind, path)
            if i == 0:
                continue  # it only brought the file into the page cache
            base = base or cpu
            print(
                f"{kind}: {cpu:.2f} CPU s, {wall:.2f} s, {size / wall / 1e6:.0f} MB/s, "
                f"{cpu / base:.1f} × a cached read, peak {f'{peak / MB:.0f} MB' if peak else '?'} "
                f"(the file: {size / MB:.0f} MB): {found}",
                flush=True,
            )


if __name__ == "__main__":
    main()
