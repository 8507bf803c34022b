"""What every run costs before it has read a byte, against an interpreter that does as little.

Each command is run in turns with the others, so that noise falls on all; told are the smallest
processor seconds (user and system, children with them), which a busy machine changes least, and
their ratio to an interpreter that imports what they stand on and does nothing. With the path of
another program, its `--version` is put beside them. `evenhand --help` is timed by the clock: exit
code 1 beyond the limit.

    python benchmarks/startup.py [PROGRAM]

Spec: CONVENTIONS (`evenhand --help` answers in under 0.3 s); docs/decisions/0001-the-house.md.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_SECONDS = 0.3
RUNS = 9
NOTE = "see https://host.example.org/\n"
OURS = [sys.executable, "-m", "evenhand"]


def cost(words: list[str]) -> tuple[float, float]:
    """Processor seconds and seconds by the clock of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock


def commands(home: Path) -> dict[str, list[str]]:
    """What is compared, by name; the second is what the others are told in ratio to."""
    (home / "empty").mkdir()
    (home / "one").mkdir()
    (home / "one" / "note.txt").write_text(NOTE, encoding="utf-8")
    check = [*OURS, "check", "--fail-on", "never", "--as-of", "2026-01-01"]
    found = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import pyarrow, duckdb'": [sys.executable, "-c", "import pyarrow, duckdb"],
        "evenhand --help": [*OURS, "--help"],
        "evenhand read EMPTY": [*OURS, "read", str(home / "empty"), "-o", str(home / "kept")],
        "evenhand check ONE-FILE": [*check, str(home / "one")],
    }
    for program in sys.argv[1:]:
        found[f"{Path(program).name} --version"] = [program, "--version"]
    return found


def main() -> int:
    """Measure in turns and tell."""
    with tempfile.TemporaryDirectory() as folder:
        asked = commands(Path(folder))
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        for _ in range(RUNS):
            for name, words in asked.items():
                taken[name].append(cost(words))
    least = {name: min(cpu for cpu, _ in runs) for name, runs in taken.items()}
    base = least["python -c 'import pyarrow, duckdb'"]
    for name, cpu in least.items():
        print(f"{name:36} {cpu:6.2f} CPU s  {cpu / base:5.1f} x")
    clock = statistics.median(c for _, c in taken["evenhand --help"])
    print(f"evenhand --help by the clock: {clock:.3f} s, limit {LIMIT_SECONDS} s")
    return int(clock > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
