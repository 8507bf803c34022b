"""A large capture: seconds, MB/s and peak memory of the reader, beside other ways to read it.

Usage: python benchmarks/pcap_memory.py [MEGABYTES] [FILE]     (default: 500, a temporary file)

The capture is made by a seeded script: 100,000 flows, DNS with varied ids, TLS hellos, HTTP and
bulk data. Compared in the same run with reading the (page-cached) file, and with tcpdump,
ndpiReader, nfstream (NFSTREAM_PYTHON names a Python that has it) and dpkt where they are
installed. Each runs in a process of its own; memory is its peak, mapped pages of the file
included. `reader` is the reader alone; `evenhand read` is the whole program, digest, enrichment
and evidence included, and its packets and bytes are checked against what was made.

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
KINDS = (
    "cached", "cached", "tcpdump", "reader", "evenhand read", "ndpiReader", "nfstream", "dpkt",
)  # fmt: skip
PEERS = {"ndpiReader": "0.4", "nfstream": "0.17"}
COUNTS = ("packets_sent", "packets_received", "bytes_sent", "bytes_received")
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


def frames(chance: random.Random, flows: int = FLOWS) -> Iterator[bytes]:
    """Packets without end: flows taken at random, each beginning as its kind does."""
    begun: dict[int, int] = {}
    bulk = chance.randbytes(4096)
    while True:
        flow = chance.randrange(flows)
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


def make(path: Path, size: int, flows: int = FLOWS) -> int:
    """Write a capture of about `size` bytes; how many packets it holds."""
    chance = random.Random(SEED)
    packets, written, clock = 0, 24, 1_750_000_000_000_000
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for frame in frames(chance, flows):
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


def run_nfstream(path: Path) -> str:
    """Flows and names, with nfstream."""
    from nfstream import NFStreamer  # type: ignore[import-not-found]

    flows = sum(1 for _ in NFStreamer(source=str(path), statistical_analysis=False))
    return f"{flows} flows"


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


def command(kind: str, path: Path, folder: Path) -> list[str]:
    """What runs one way to read; empty where it is not installed."""
    if kind == "tcpdump":
        found = [shutil.which("tcpdump") or "", "-r", str(path), "-w", os.devnull]
        return found + (["-Z", "root"] if os.geteuid() == 0 else [])  # it may not change its user
    if kind == "dpkt" and importlib.util.find_spec("dpkt") is None:
        return [""]
    if kind == "ndpiReader":
        return [shutil.which("ndpiReader") or "", "-q", "-i", str(path)]
    if kind == "nfstream":  # it may live in an environment of its own
        return [os.environ.get("NFSTREAM_PYTHON", ""), str(HERE), "--run", kind, str(path)]
    if kind == "evenhand read":
        return [sys.executable, "-m", "evenhand", "read", str(path), "-o", str(folder / "evidence")]
    return [sys.executable, str(HERE), "--run", kind, str(path)]


def measured(kind: str, path: Path, folder: Path) -> tuple[float, float, int, str] | None:
    """CPU seconds, wall seconds and peak memory (bytes) of one way to read, in a new process."""
    words = command(kind, path, folder)
    if not words[0]:
        return None
    shutil.rmtree(folder / "evidence", ignore_errors=True)
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    if "--run" not in words:
        return cpu, wall, 0, kept(folder / "evidence") if kind == "evenhand read" else ""
    found, _, peak = done.stdout.strip().rpartition("|")
    return cpu, wall, int(peak), found


def kept(folder: Path) -> str:
    """What the evidence of a whole run holds; its counts are checked against what was written."""
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / "flow.parquet", columns=["layer", *COUNTS]).to_pylist()
    packets = sum(r["packets_sent"] + r["packets_received"] for r in rows if r["layer"] == "outer")
    volume = sum(r["bytes_sent"] + r["bytes_received"] for r in rows if r["layer"] == "outer")
    names = pq.read_metadata(folder / "host_name.parquet").num_rows
    return f"{len(rows)} flow rows, {names} names, {packets} packets, {volume} bytes"


def main() -> None:
    """Make the capture, read it in every way there is, print one line each."""
    if sys.argv[1:2] == ["--run"]:
        found = globals()[f"run_{sys.argv[2]}"](Path(sys.argv[3]))
        print(f"{found}|{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}")
        return
    size = int(sys.argv[1]) * MB if len(sys.argv) > 1 else 500 * MB
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder) / "large.pcap"
        packets = 0
        if not path.exists():
            packets = make(path, size)
            print(f"made: {packets} packets", flush=True)
        size = path.stat().st_size
        took: dict[str, float] = {}
        for i, kind in enumerate(KINDS):
            found = measured(kind, path, Path(folder))
            if found is None:
                print(f"{kind}: not installed")
            elif i:  # the first only brought the file into the page cache
                cpu, wall, peak, said = found
                took[kind] = cpu
                print(
                    f"{kind}: {cpu:.2f} CPU s, {wall:.2f} s, {size / wall / 1e6:.0f} MB/s, peak "
                    f"{f'{peak / MB:.0f} MB' if peak else '?'} (file: {size / MB:.0f} MB) {said}",
                    flush=True,
                )
                if kind == "evenhand read" and path.parent == Path(folder):
                    assert f" {packets} packets, {size - 24 - 16 * packets} bytes" in said
        for kind in ("reader", "evenhand read"):
            for peer, limit in PEERS.items():
                if peer in took:
                    print(f"{kind}: {took[kind] / took[peer]:.2f} × {peer} (wanted: {limit})")


if __name__ == "__main__":
    main()
