"""How long `evenhand --help` takes, against an interpreter that does nothing.

Prints the median of 15 runs each, taken in turns, and their ratio; exit code 1 beyond the limit.

Spec: CONVENTIONS (`evenhand --help` answers in under 0.3 s).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

LIMIT_SECONDS = 0.3
RUNS = 15


def seconds(words: list[str]) -> float:
    """Wall clock of one run."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> int:
    """Measure in turns, so that noise falls on both."""
    ours, bare = [], []
    for _ in range(RUNS):
        ours.append(seconds(["-m", "evenhand", "--help"]))
        bare.append(seconds(["-c", "pass"]))
    help_, nothing = statistics.median(ours), statistics.median(bare)
    print(f"evenhand --help {help_:.3f} s, python -c pass {nothing:.3f} s: {help_ / nothing:.1f} x")
    print(f"limit {LIMIT_SECONDS} s: {help_ / LIMIT_SECONDS:.0%} of it")
    return int(help_ > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
