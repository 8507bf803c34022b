"""Watches a program and everything that it starts: peak memory, by sampling /proc.

Memory is the proportional set size (PSS) of every process summed, so that pages that two
processes share count once; where the kernel keeps that from us, the resident set size (RSS).

Spec: proc(5), `smaps_rollup`.
"""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path
from typing import Any

EVERY_SECONDS = 0.05


def tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended between listing and reading
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def memory_bytes(pid: int) -> int:
    """PSS of a process, else RSS, else 0 where it has ended."""
    for name, word in (("smaps_rollup", "Pss"), ("status", "VmRSS")):
        try:
            said = Path(f"/proc/{pid}/{name}").read_text()
        except (OSError, ValueError):
            continue
        if number := re.search(rf"(?m)^{word}:\s+(\d+) kB", said):
            return int(number[1]) << 10
    return 0


def run(words: list[str], **more: Any) -> tuple[subprocess.CompletedProcess[str], int]:
    """Run a program to its end; what it said, and its peak memory in bytes, children included."""
    peak, done = 0, threading.Event()
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    ) as child:

        def sample() -> None:
            nonlocal peak
            while not done.wait(EVERY_SECONDS):
                peak = max(peak, sum(memory_bytes(pid) for pid in tree(child.pid)))

        watcher = threading.Thread(target=sample)
        watcher.start()
        out, err = child.communicate()
        done.set()
        watcher.join()
    return subprocess.CompletedProcess(words, child.returncode, out, err), peak
