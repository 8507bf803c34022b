"""The whole of `evenhand read` on captures: memory, length, many files at once, the first run.

    python benchmarks/pcap_whole.py [MEGABYTES] [LONG MEGABYTES]      (default: 500 and 5000)

Captures are those of `pcap_memory.py`, which has the ratios to other tools. Processor seconds are
those of all processes. Memory is private (what the kernel counts as anonymous), the largest sum
over all processes, looked at twenty times a second; pages of the mapped file are not in it.
Packets and bytes in the evidence are checked against what was made, in every run.

Spec: docs/decisions/0002-reading-captures.md.
"""

from __future__ import annotations

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
import pyarrow.parquet as pq
from pcap_memory import COUNTS, MB, make

FILES = 8
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
    rows = pq.read_table(folder / "flow.parquet", columns=["layer", *COUNTS]).to_pylist()
    outer = [row for row in rows if row["layer"] == "outer"]
    counted = sum(row["packets_sent"] + row["packets_received"] for row in outer)
    volume = sum(row["bytes_sent"] + row["bytes_received"] for row in outer)
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


def main() -> None:
    """Print what each question gave."""
    short, long = (int(w) * MB for w in (*sys.argv[1:], "500", "5000")[:2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "capture.pcap"
        packets = make(path, short)
        first = measure([path], packets, folder, 1, fresh=True)
        run = measure([path], packets, folder, 1)
        print(f"{short // MB} MB: {run.cpu_s:.2f} CPU s, {run.private_mb:.0f} MB private")
        print(
            f"first run: {first.wall_s - run.wall_s:+.1f} s (wanted: not more than 5)", flush=True
        )
        path.unlink()
        paths, packets = several(folder, short)
        alone, both = (measure(paths, packets, folder, jobs) for jobs in (1, 2))
        print(
            f"{FILES} files of {short // FILES // MB} MB: one process {alone.wall_s:.1f} s, two "
            f"{both.wall_s:.1f} s: {alone.wall_s / both.wall_s:.2f} times as fast, "
            f"{both.private_mb:.0f} MB private",
            flush=True,
        )
        for part in paths:
            part.unlink()
        if long:
            packets = make(path, long)
            later = measure([path], packets, folder, 1)
            print(
                f"{long // MB} MB: {later.cpu_s:.2f} CPU s, {later.private_mb:.0f} MB private; "
                f"{later.cpu_s / run.cpu_s:.1f} times the CPU for {long / short:.0f} times the size"
            )


if __name__ == "__main__":
    main()
