"""How long the examples take from a warm start, against importing the engine alone.

Prints the median of 5 runs each, taken in turns, and their ratio; exit code 1 beyond the limit.
Processor time is shown as well: on a machine that others use it is the steadier figure.

Spec: examples/make.py; the limit is the project's own.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_SECONDS = 5.0
RUNS = 5
ROOT = Path(__file__).parents[1]


def seconds(words: list[str]) -> tuple[float, float]:
    """Wall clock and processor time of one run, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Make the examples, run once to warm the file cache, then measure in turns."""
    with tempfile.TemporaryDirectory() as folder:
        examples = str(Path(folder) / "examples")
        subprocess.run([sys.executable, str(ROOT / "examples" / "make.py"), examples], check=True)
        words = ["-m", "evenhand", "check", examples, "-f", "json", "--fail-on", "never"]
        words += ["-r", "gids-2020", "-r", str(ROOT / "examples" / "origin-list")]
        words += ["--swap", "XA:XB"]
        seconds(words)
        ours, engine = [], []
        for _ in range(RUNS):
            ours.append(seconds(words))
            engine.append(seconds(["-c", "import duckdb, pyarrow"]))
    wall = statistics.median(w for w, _ in ours)
    peer = statistics.median(w for w, _ in engine)
    processor = statistics.median(p for _, p in ours)
    print(f"examples checked in {wall:.2f} s ({processor:.2f} s of processor)")
    print(f"python -c 'import duckdb, pyarrow' {peer:.2f} s: {wall / peer:.1f} x")
    print(f"limit {LIMIT_SECONDS} s: {wall / LIMIT_SECONDS:.0%} of it")
    return int(wall > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
