"""Traffic logs: do they tell the same as the capture that they were made from, and how fast.

Accuracy: nfpcapd and softflowd (NetFlow 5, 9 and IPFIX), where they are installed, make logs of
the shared captures; Zeek's own logs of two of them lie beside. Flows of the log are compared with
those that the capture reader finds (softflowd gets every fourth capture: some it never
finishes): ends, packets, client, and bytes (a log of IP bytes is less
by the frame's header of each packet). Every file that differs is named.

Speed: seeded logs; beside each, what a plain reading with the standard library or the library
underneath takes, in the same run, in processor seconds.

    python benchmarks/logs.py [accuracy|speed] [FOLDER WITH pcap AND logs]

Speed is told by the clock and by processor seconds; by the clock a file is read with every
processor there is. The bytes of all flows are compared with those written.

Spec: docs/decisions/0017-traffic-logs.md.
"""

from __future__ import annotations

import csv
import importlib
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable
from evenhand.readers import Batch
from evenhand.starter import MEMORY
from evenhand.traffic import ahead

SHARED = Path(__file__).parents[1] / "../shared/data"
ROWS = 400_000
RUNS = 3  # of which the best is told: others may use the machine
# Million records a second by the clock, on two processors that nothing else uses
WANTED = {"Zeek JSON": 1.5, "Zeek table": 1.5, "VPC text": 1.5, "VPC Parquet": 10.0}
BTEST = b"### BTest"  # first line of a log kept as a baseline
ZEEK = {
    "zeek/tsv/v2.6/logging.scope_sep__conn.log": "zeek_wikipedia.pcap",
    "zeek/tsv/v2.0/core.vlan-mpls__conn.log": "zeek_mixed-vlan-mpls.pcap",
}
EXPORTS = {"5": "netflow", "9": "netflow", "10": "ipfix"}
Flows = dict[tuple[Any, ...], list[Any]]  # both ends and protocol → packets, bytes, client


def rows(reader: str, path: Path) -> Iterator[dict[str, Any]]:
    """Flows that a reader finds in a file, as far as it can read."""
    artefact = Artefact(path.name, path, "sha256:" + "0" * 64, path.stat().st_size)
    try:
        for item in importlib.import_module(f"evenhand.readers.{reader}").read(artefact):
            if isinstance(item, Batch) and item.table == "flow":
                yield from item.rows.to_pylist()
    except Unreadable:
        return


def flows(found: Iterator[dict[str, Any]], layer: str = "inner") -> Flows:
    """Flows of a layer by their ends."""
    made: Flows = defaultdict(lambda: [0, 0, None])
    for row in found:
        if row["layer"] == layer:
            client = (row["client_address"], row["client_port"])
            server = (row["server_address"], row["server_port"])
            one = made[(*sorted((client, server)), row["protocol"])]
            one[0] += row["packets_sent"] + row["packets_received"]
            one[1] += row["bytes_sent"] + row["bytes_received"]
            one[2] = client
    return dict(made)


class Score:
    """What a log has of what a capture has."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.differ: list[str] = []

    def compare(self, name: str, truth: Flows, ours: Flows) -> None:
        """Compare the flows of one file."""
        both = truth.keys() & ours.keys()
        equal = {k for k in both if truth[k][0] == ours[k][0]}
        self.counts["flows"] += len(truth)
        self.counts["in the log"] += len(both)
        self.counts["packets equal"] += len(equal)
        self.counts["client equal"] += sum(truth[k][2] == ours[k][2] for k in both)
        for key in equal:
            less = truth[key][1] - ours[key][1]
            self.counts["bytes less by 14 a packet"] += less == 14 * truth[key][0]
        if len(equal) < len(truth.keys() | ours.keys()):
            only = len(ours.keys() - both)
            self.differ.append(f"{name}: {len(truth)} flows, {len(equal)} equal, {only} only in it")

    def show(self, title: str) -> None:
        """Print the score and what differs."""
        print(title + ": " + ", ".join(f"{v} {k}" for k, v in self.counts.items()))
        for line in self.differ:
            print(f"  differs  {line}")


def captures(folder: Path) -> list[Path]:
    """Captures in the older format, which both tools read."""
    return sorted(folder.glob("*.pcap"))


def nfpcapd(capture: Path, folder: Path) -> Flows:
    """The flows of what nfpcapd writes."""
    command = ["nfpcapd", "-r", str(capture), "-l", str(folder)]
    subprocess.run(command, capture_output=True, timeout=60, check=False)
    files = sorted(folder.glob("nfcapd.2*"))
    return flows(row for file in files for row in rows("nfdump", file))


def softflowd(capture: Path, folder: Path, version: str) -> Flows:
    """The flows of what softflowd exports, its datagrams laid end to end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        collector.settimeout(0.3)
        to = f"127.0.0.1:{collector.getsockname()[1]}"
        command = ["softflowd", "-6", "-v", version, "-n", to, "-r", str(capture), "-d"]
        command += ["-p", str(folder / "pid"), "-c", "none"]
        parts = []
        try:
            subprocess.run(command, capture_output=True, timeout=1, check=False)
            while True:
                parts.append(collector.recv(65_535))
        except (TimeoutError, subprocess.TimeoutExpired):
            pass
    file = folder / "export"
    file.write_bytes(b"".join(parts))
    return flows(rows(EXPORTS[version], file))


def accuracy(folder: Path) -> None:
    """Compare logs with captures, for every tool that is there."""
    truth = {path: flows(rows("pcap", path)) for path in captures(folder / "pcap")}
    tools: dict[str, Callable[[Path, Path], Flows]] = {}
    if shutil.which("nfpcapd"):
        tools["nfpcapd"] = nfpcapd
    if shutil.which("softflowd"):
        for version in EXPORTS:
            tools[f"softflowd, version {version}"] = lambda c, f, v=version: softflowd(c, f, v)
    print(f"{len(truth)} captures; not installed and so not compared: ", end="")
    print(", ".join(t for t in ("nfpcapd", "softflowd") if not shutil.which(t)) or "none")
    for title, tool in tools.items():
        score = Score()
        some = list(truth.items())[:: 1 if title == "nfpcapd" else 4]
        for capture, expected in some:
            if not expected or (title.endswith(" 5") and _six(expected)):
                continue  # version 5 has no IPv6
            with tempfile.TemporaryDirectory() as scratch:
                score.compare(capture.name, expected, tool(capture, Path(scratch)))
        score.show(title)
    score = Score()
    for log, capture_name in ZEEK.items():
        path = folder / "logs" / log
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / path.name
            plain.write_bytes(as_written(path.read_bytes()))
            expected = truth[folder / "pcap" / capture_name]
            score.compare(capture_name, expected, flows(rows("zeek", plain)))
    score.show("Zeek")


def _six(found: Flows) -> bool:
    return any(":" in end[0] for key in found for end in key[:2])


def as_written(data: bytes) -> bytes:
    """A baseline as Zeek wrote it: its times were struck out, and a line put in front."""
    if data.startswith(BTEST):
        data = data.partition(b"\n")[2]
    return data.replace(b"XXXXXXXXXX.XXXXXX", b"1500000000.000000")


def zeek_json(path: Path, count: int) -> int:
    """A log of connections: a fifth as many flows as records, 390 bytes a record.

    Gives the bytes of all records.
    """
    chance = random.Random(1)
    clients = [f"10.55.{n >> 8}.{n & 255}" for n in range(1000)]
    servers = [f"198.{18 + (n & 1)}.{n >> 8}.{n & 255}" for n in range(4000)]
    with path.open("w") as out:
        for number in range(count):
            flow = chance.randrange(count // 5 or 1)
            out.write(
                json.dumps(
                    {
                        "ts": 1_517_336_042 + number / 100,
                        "uid": f"C{chance.getrandbits(80):020x}",
                        "id.orig_h": clients[flow % 1000],
                        "id.orig_p": 1024 + flow % 60_000,
                        "id.resp_h": servers[flow % 4000],
                        "id.resp_p": 443,
                        "proto": "tcp",
                        "service": "ssl",
                        "duration": 3.000158,
                        "orig_bytes": 1200,
                        "resp_bytes": 88_123,
                        "conn_state": "SF",
                        "local_orig": True,
                        "local_resp": False,
                        "missed_bytes": 0,
                        "history": "ShADadFf",
                        "orig_pkts": 20,
                        "orig_ip_bytes": 2104,
                        "resp_pkts": 70,
                        "resp_ip_bytes": 91_000,
                    },
                    separators=(",", ":"),
                )
            )
            out.write("\n")
    return count * (2104 + 91_000)


VPC = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes"


def vpc_text(path: Path, count: int) -> int:
    """A VPC flow log in its default format; a tenth as many flows as records.

    Gives the bytes of all records.
    """
    chance, total = random.Random(2), 0
    with path.open("w") as out:
        out.write(f"{VPC} start end action log-status\n")
        for number in range(count):
            flow = chance.randrange(count // 10 or 1)
            ends = [f"10.0.{flow % 4}.{flow % 251}", f"203.0.113.{flow % 240}"]
            ports = [32_768 + flow % 28_000, 443]
            if chance.random() < 0.5:
                ends.reverse()
                ports.reverse()
            start, size = 1_600_000_000 + number // 100, chance.randrange(50, 50_000)
            total += size
            out.write(
                f"2 123456789010 eni-{flow % 20:017x} {ends[0]} {ends[1]} {ports[0]} {ports[1]} 6 "
                f"{chance.randrange(1, 50)} {size} {start} {start + 60} ACCEPT OK\n"
            )
    return total


def zeek_table(path: Path, source: Path) -> None:
    """The log of connections of `source` as a table."""
    with source.open() as lines, path.open("w") as out:
        names: list[str] = []
        for line in lines:
            row = json.loads(line)
            if not names:
                names = list(row)
                out.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n")
                out.write("#unset_field\t-\n#path\tconn\n#fields\t" + "\t".join(names) + "\n")
            words = ("T" if v is True else "F" if v is False else str(v) for v in row.values())
            out.write("\t".join(words) + "\n")


def vpc_parquet(path: Path, source: Path) -> None:
    """The flow log of `source` in Parquet."""
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    options = arrow_csv.ParseOptions(delimiter=" ")
    table = arrow_csv.read_csv(source, parse_options=options)
    parquet.write_table(table, path, row_group_size=1 << 18)


def by_lines(path: Path) -> int:
    """The plain way for JSON lines: the standard library, sums by the five values of a flow."""
    sums: Counter[tuple[Any, ...]] = Counter()
    with path.open() as lines:
        for line in lines:
            row = json.loads(line)
            key = tuple(row[k] for k in ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"))
            sums[key] += row["orig_ip_bytes"] + row["resp_ip_bytes"]
    return len(sums)


def by_words(path: Path) -> int:
    """The plain way for tables of text: the standard library, sums by the ends."""
    sums: Counter[tuple[str, ...]] = Counter()
    with path.open(newline="") as lines:
        for row in csv.DictReader((x for x in lines if not x.startswith("#")), delimiter=" "):
            sums[row["srcaddr"], row["dstaddr"], row["srcport"], row["dstport"]] += int(
                row["bytes"]
            )
    return len(sums)


def by_arrow(path: Path) -> int:
    """The library underneath alone: decode the columns of a Parquet file, add nothing up."""
    from pyarrow import parquet

    names = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes"]
    table = parquet.read_table(path, columns=names, use_threads=False)
    return int(table.num_rows)


def timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """Processor seconds, those of other processes too, and wall seconds, and what came out."""
    wall, cpu = time.perf_counter(), used()
    found = work()
    return used() - cpu, time.perf_counter() - wall, found


def used() -> float:
    """Processor seconds of this process and of those that it had."""
    every = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in every)


def read_all(reader: str, path: Path) -> int:
    """The bytes of all flows that a reader gives, none kept."""
    import pyarrow.compute as pc

    artefact = Artefact(path.name, path, "sha256:" + "0" * 64, path.stat().st_size)
    total = 0
    for item in importlib.import_module(f"evenhand.readers.{reader}").read(artefact):
        if isinstance(item, Batch) and item.rows.column("layer")[0].as_py() == "inner":
            for way in ("bytes_sent", "bytes_received"):
                total += pc.sum(item.rows.column(way)).as_py() or 0
    return total


def speed() -> None:
    """Read seeded logs; peers read a part where they are slow."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        zeek = zeek_json(folder / "conn.json", ROWS)
        zeek_table(folder / "conn.log", folder / "conn.json")
        vpc = vpc_text(folder / "vpc.log", ROWS)
        vpc_parquet(folder / "vpc.parquet", folder / "vpc.log")
        zeek_json(folder / "part.json", ROWS // 10)
        vpc_text(folder / "part.log", ROWS // 10)
        part = ROWS // 10
        logs: list[tuple[str, str, str, int, Callable[[Path], int], str, int]] = [
            ("Zeek JSON", "zeek_json", "conn.json", zeek, by_lines, "part.json", part),
            ("Zeek table", "zeek", "conn.log", zeek, by_lines, "part.json", part),
            ("VPC text", "vpc_flow_log", "vpc.log", vpc, by_words, "part.log", part),
            ("VPC Parquet", "flow_log_parquet", "vpc.parquet", vpc, by_arrow, "vpc.parquet", ROWS),
        ]
        for title, reader, file, told, peer, beside, count in logs:
            runs = [timed(lambda r=reader, f=file: read_all(r, folder / f)) for _ in range(RUNS)]
            cpu, wall = min(run[0] for run in runs), min(run[1] for run in runs)
            other = timed(lambda p=peer, f=beside: p(folder / f))[0]
            ratio = (ROWS / cpu) / (count / other)
            counts = "equal" if {run[2] for run in runs} == {told} else "DIFFER"
            print(
                f"{title}: {ROWS / wall / 1e6:.2f} M records a second (wanted {WANTED[title]}), "
                f"{ROWS / cpu / 1e6:.2f} M a CPU second; bytes {counts}; "
                f"{ratio:.1f} × {peer.__name__}"
            )
    own, copy = (
        resource.getrusage(who).ru_maxrss >> 10
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{ahead.processors()} processors, peak memory {own} MiB, of a copy {copy} MiB")


def main() -> None:
    """Print what was asked for."""
    if not MEMORY.keys() <= os.environ.keys():  # as in the processes that read
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **MEMORY})
    words = sys.argv[1:]
    folder = Path(words[1]) if len(words) > 1 else SHARED
    if not words or words[0] == "accuracy":
        accuracy(folder)
    if not words or words[0] == "speed":
        speed()


if __name__ == "__main__":
    main()
