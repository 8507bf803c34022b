"""The whole of `evenhand read` on captures, beside ndpiReader and nfstream, in one run.

    python benchmarks/pcap_whole.py [MEGABYTES] [--flows N] [--rounds N] [--large] [--many]

The capture (500 MB where no size is given) is that of `pcap_memory.py`: made by a seeded script,
DNS ids varied; `--flows` are the flows that its packets are taken from (100,000). Each program runs
`--rounds` times, in turn, and the least processor time of each counts, all processes together.
nfstream runs once, where NFSTREAM_PYTHON names a Python that has it. Memory is private (what the
kernel counts as anonymous), the largest sum over all processes, looked at twenty times a second;
pages of the mapped file are not in it. `--large` reads ten times as much too, `--many` two files
with one process and with two. Packets and bytes in the evidence are checked against what was
made, in every run.

Spec: docs/decisions/0002-reading-captures.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pcap_memory
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pcap_memory import COUNTS, FLOWS, MB, make

FILES = 2
ROUNDS = 3
LONGER = 10
EVERY_S = 0.05


class Run(NamedTuple):
    """What one run took."""

    cpu_s: float
    wall_s: float
    private_mb: float


def private(pid: int) -> int:
    """Private memory (bytes) of a process and of all below it."""
    waiting, total = [pid], 0
    while waiting:
        one = Path("/proc", str(waiting.pop()))
        try:
            status = (one / "status").read_text()
            total += int(status.partition("RssAnon:")[2].split(maxsplit=1)[0]) << 10
            for task in (one / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError):
            continue  # it has ended meanwhile
    return total


def read(paths: list[Path], folder: Path, jobs: int, fresh: bool = False) -> Run:
    """Run `evenhand read`; `fresh` as on a machine that has never run it."""
    shutil.rmtree(folder, ignore_errors=True)
    words = [sys.executable, "-m", "evenhand", "read", *map(str, paths)]
    environment = dict(os.environ)
    if fresh:
        environment["PYTHONPYCACHEPREFIX"] = str(folder.with_suffix(".cache"))
    start = time.perf_counter()
    process = subprocess.Popen(
        [*words, "-o", str(folder), "--jobs", str(jobs)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    done, most = threading.Event(), [0]

    def look() -> None:
        while not done.wait(EVERY_S):
            most[0] = max(most[0], private(process.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"evenhand read ended with {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, wall, most[0] / MB)


def check(folder: Path, packets: int, size: int) -> None:
    """Stop where the evidence does not hold every packet and byte, once."""
    rows = pq.read_table(folder / "flow.parquet", columns=["layer", *COUNTS])
    outer = rows.filter(pc.equal(rows["layer"], "outer"))
    sums = [pc.sum(outer[name]).as_py() for name in COUNTS]
    counted, volume = sum(sums[:2]), sum(sums[2:])
    if (counted, volume) != (packets, size):
        raise SystemExit(f"{counted} packets, {volume} bytes; made were {packets}, {size}")


def measure(paths: list[Path], made: int, folder: Path, jobs: int, fresh: bool = False) -> Run:
    """Run and check."""
    evidence = folder / "evidence"
    run = read(paths, evidence, jobs, fresh)
    size = sum(path.stat().st_size - 24 for path in paths) - 16 * made
    check(evidence, made, size)
    return run


def several(folder: Path, size: int) -> tuple[list[Path], int]:
    """Captures of different contents, and the packets in them all."""
    paths, packets = [], 0
    for number in range(FILES):
        pcap_memory.SEED += 1
        paths.append(folder / f"part{number}.pcap")
        packets += make(paths[-1], size // FILES)
    return paths, packets


def beside(path: Path, packets: int, folder: Path, rounds: int) -> Run:
    """Evenhand and its peers in turn; the run of Evenhand that took least."""
    first = measure([path], packets, folder, 1, fresh=True)
    runs, peer = [], []
    for _ in range(rounds):
        runs.append(measure([path], packets, folder, 1))
        found = pcap_memory.measured("ndpiReader", path, folder)
        peer += [found[0]] if found else []
    best = min(runs)
    print(f"evenhand read: {best.cpu_s:.2f} CPU s, {best.private_mb:.0f} MB private (wanted: 400)")
    print(f"first run: {first.wall_s - best.wall_s:+.1f} s (wanted: not more than 5)", flush=True)
    other = pcap_memory.measured("nfstream", path, folder)
    took = {"ndpiReader": min(peer, default=None), "nfstream": other[0] if other else None}
    for name, seconds in took.items():
        if seconds is None:
            print(f"{name}: not installed")
        else:
            ratio, wanted = best.cpu_s / seconds, pcap_memory.PEERS[name]
            print(f"{name}: {seconds:.2f} CPU s; evenhand read: {ratio:.2f} x (wanted: {wanted})")
    return best


def main() -> None:
    """Print what each question gave."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("megabytes", nargs="?", type=int, default=500)
    asked.add_argument("--flows", type=int, default=FLOWS)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--large", action="store_true")
    asked.add_argument("--many", action="store_true")
    given = asked.parse_args()
    short = given.megabytes * MB
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "capture.pcap"
        packets = make(path, short, given.flows)
        print(f"{given.megabytes} MB, {packets} packets, {given.flows} flows", flush=True)
        run = beside(path, packets, folder, given.rounds)
        path.unlink()
        if given.many:
            paths, packets = several(folder, short)
            alone, both = (measure(paths, packets, folder, jobs) for jobs in (1, FILES))
            print(
                f"{FILES} files of {given.megabytes // FILES} MB: one process {alone.wall_s:.1f} s,"
                f" two {both.wall_s:.1f} s: {alone.wall_s / both.wall_s:.2f} times as fast",
                flush=True,
            )
            for part in paths:
                part.unlink()
        if given.large:
            packets = make(path, LONGER * short, given.flows)
            later = measure([path], packets, folder, 1)
            print(
                f"{LONGER * given.megabytes} MB: {later.cpu_s:.2f} CPU s, {later.private_mb:.0f} MB"
                f" private; {later.cpu_s / run.cpu_s:.1f} times the CPU for {LONGER} times the size"
            )


if __name__ == "__main__":
    main()
