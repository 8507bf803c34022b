"""Fetches benign artefacts by the names in `benign/*.txt` into a folder, with the usual clients.

    python benchmarks/product_cases/fetch.py FOLDER [LIST]…

A list is a file: `wheels.txt`, `npm-unseen.txt` and so on hold names for the client that their own
name begins with; lines of another file may say `CLIENT NAME`. What the list X.txt names goes to
FOLDER/X. Detectors were looked at with the lists; with those that are called unseen only when they
were done.

Each client (`pip download`, `npm pack`, `apt-get download`) takes them from wherever the machine is
set up to take them from. What cannot be had is said and left out; what is there is not fetched
again. Only files are stored: nothing is installed, and no script of a package is run.

Spec: benchmarks/products.py (`--benign`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent / "benign"
CLIENTS = {
    # wheels only: building an sdist would run its code
    "wheels": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"],
    "npm": ["npm", "pack", "--silent", "--ignore-scripts"],
    "debian": ["apt-get", "download", "-q"],
}


def named(path: Path) -> Iterator[tuple[str, str]]:
    """Client and name of every line of a list."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            client, _, name = line.rpartition(" ")
            yield client or path.stem.partition("-")[0], name


def fetch(folder: Path, path: Path) -> list[str]:
    """Fetch what a list names; returns the names that could not be had."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder.parent / f"{folder.name}.fetched"
    had = set(done.read_text().split()) if done.exists() else set()
    missing = []
    for client, name in named(path):
        if name in had:
            continue
        words = [*CLIENTS[client], name]
        if subprocess.run(words, check=False, cwd=folder, capture_output=True).returncode:
            missing.append(name)
            continue
        had.add(name)
        done.write_text("\n".join(sorted(had)) + "\n")
    return missing


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for each in map(Path, sys.argv[2:] or sorted(HERE.glob("*.txt"))):
        for one in fetch(Path(sys.argv[1]) / each.stem, each):
            print(f"{each.stem}: {one} was not to be had", file=sys.stderr)
