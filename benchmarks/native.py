"""Native code: megabytes a second, and how often anything is found, beside capa where it is given.

    python benchmarks/native.py FILE-OR-FOLDER… [--capa PROGRAM RULES]

Of the files given every ELF file for x86-64 or AArch64 is looked into, in one process. With
--capa the smallest ten of them are given to capa as well, and the ratio of processor seconds is
printed. Both times are taken in the same run.

Spec: docs/decisions/0023-native-code.md.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from evenhand.errors import EvenhandError
from evenhand.native import behaviours, dynamic, findings

LINES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
CAPA_FILES = 10


def files(words: list[str]) -> list[Path]:
    """ELF files below the paths given, the smallest first."""
    found = set()
    for word in words:
        place = Path(word)
        for path in [place] if place.is_file() else place.rglob("*"):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as stream:
                    if stream.read(4) == b"\x7fELF":
                        found.add(path)
    return sorted(found, key=lambda p: (p.stat().st_size, str(p)))


def look(path: Path) -> tuple[float, list[float]]:
    """Processor seconds, and the strength of every finding; empty where it is not decoded."""
    began = time.process_time()
    found: list[float] = []
    try:
        with findings.uncollected():
            one = findings.look(dynamic.load(path.read_bytes()))
            behaviours.of(one), behaviours.uses(one)
        found = [f.strength for f in one.findings]
        for shown in (f for f in one.findings if f.shown):
            print(f"shown: {path.name}: {shown.constant}: {shown.because}")
    except EvenhandError as error:
        print(f"{path.name}: {error}")
    return time.process_time() - began, found


def capa_seconds(words: list[str], path: Path) -> float:
    """Processor seconds that capa takes for one file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([words[0], "-q", "-r", words[1], str(path)], capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(words: list[str]) -> None:
    """Print the figures."""
    capa: list[str] = []
    if "--capa" in words:
        at = words.index("--capa")
        words, capa = words[:at], words[at + 1 : at + 3]
    paths = files(words)
    if not paths:
        print(__doc__)  # nothing is given, so nothing is measured
        return
    took: dict[Path, float] = {}
    strengths: list[list[float]] = []
    for path in paths:
        took[path], found = look(path)
        strengths.append(found)
    size = sum(p.stat().st_size for p in paths) / 1e6
    seconds = sum(took.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{len(paths)} files, {size:.1f} MB, {seconds:.1f} s: {size / seconds:.2f} MB/s, {peak} MB"
    )
    for line in LINES:
        rows = sum(s >= line for found in strengths for s in found)
        print(f"at {line}: {rows} findings, {rows / len(paths):.3f} a file")
    if capa:
        some = paths[:CAPA_FILES]
        theirs, ours = sum(capa_seconds(capa, p) for p in some), sum(took[p] for p in some)
        print(f"capa: {theirs:.1f} s for {len(some)} files, {theirs / ours:.0f} times ours")


if __name__ == "__main__":
    main(sys.argv[1:])
