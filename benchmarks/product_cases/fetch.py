"""Fetches benign artefacts by the names in `benign/*.txt` into a folder, with the usual clients.

    python benchmarks/product_cases/fetch.py FOLDER [wheels|npm|debian]…

Each client (`pip download`, `npm pack`, `apt-get download`) takes them from wherever the machine is
set up to take them from. What cannot be had is said and left out; what is there is not fetched
again. Only files are stored: nothing is installed, and no script of a package is run.

Spec: benchmarks/products.py (`--benign`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "benign"
CLIENTS = {
    # wheels only: building an sdist would run its code
    "wheels": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"],
    "npm": ["npm", "pack", "--silent", "--ignore-scripts"],
    "debian": ["apt-get", "download", "-q"],
}


def fetch(folder: Path, kind: str) -> list[str]:
    """Fetch what a list names; returns the names that could not be had."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / ".fetched"
    had = set(done.read_text().split()) if done.exists() else set()
    missing = []
    for name in (HERE / f"{kind}.txt").read_text().split():
        if name in had:
            continue
        if subprocess.run(
            [*CLIENTS[kind], name], check=False, cwd=folder, capture_output=True
        ).returncode:
            missing.append(name)
            continue
        had.add(name)
        done.write_text("\n".join(sorted(had)) + "\n")
    return missing


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for each in sys.argv[2:] or sorted(CLIENTS):
        for one in fetch(Path(sys.argv[1]) / each, each):
            print(f"{each}: {one} was not to be had", file=sys.stderr)
