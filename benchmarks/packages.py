"""The same packages through `evenhand read`, bandit and guarddog: seconds of the processor, ratio.

    python benchmarks/packages.py FOLDER [PROGRAM…]

FOLDER holds the packages unpacked, one folder each. PROGRAM is the path of `bandit` or `guarddog`
in an environment of its own. The children's user and system time is counted, not the clock.

Spec: none.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = {
    "bandit": ["-r", "-q", "-f", "json", "-o", "/dev/null"],
    "guarddog": ["pypi", "scan"],
}


def spent(command: list[str]) -> float:
    """Seconds of the processor that a command and its children take."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure each program over every package and print seconds and ratios."""
    if len(sys.argv) < 2:
        print(__doc__)  # nothing is given, so nothing is measured
        return
    folders = sorted(p for p in Path(sys.argv[1]).iterdir() if p.is_dir())
    size = sum(f.stat().st_size for d in folders for f in d.rglob("*") if f.is_file())
    with tempfile.TemporaryDirectory() as kept:
        words = ["-m", "evenhand", "read", *map(str, folders), "-o", str(Path(kept) / "out")]
        ours = spent([sys.executable, *words])
    print(f"evenhand read: {ours:.1f} CPU s, {size / 1e6 / ours:.2f} MB/s, {len(folders)} packages")
    for program in sys.argv[2:]:
        arguments = COMMANDS[Path(program).name]
        theirs = sum(spent([program, *arguments, str(folder)]) for folder in folders)
        print(f"{Path(program).name}: {theirs:.1f} CPU s, {theirs / ours:.1f} times ours")


if __name__ == "__main__":
    main()
