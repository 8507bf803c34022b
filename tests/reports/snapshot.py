"""Reports that are compared byte for byte with the files in `snapshots/`.

    python -m tests.reports.snapshot      writes them anew; read the difference before it is kept

Spec: CONVENTIONS (Tests).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evenhand.reports import Options, json, sarif, terminal
from tests.reports.extremes import binding_sample, empty_sample, hostile_sample, plain_sample
from tests.reports.sample import sample

FOLDER = Path(__file__).parent / "snapshots"

CASES: dict[str, Callable[[], str]] = {
    "terminal.txt": lambda: terminal.render(sample(), Options()),
    "terminal-verbose.txt": lambda: terminal.render(sample(), Options(verbose=True)),
    "terminal-colour.txt": lambda: terminal.render(plain_sample(), Options(colour=True)),
    "terminal-narrow.txt": lambda: terminal.render(hostile_sample(), Options(width=60)),
    "terminal-binding.txt": lambda: terminal.render(binding_sample(), Options()),
    "terminal-empty.txt": lambda: terminal.render(empty_sample(), Options()),
    "result.json": lambda: json.render(sample(), Options()),
    "result-empty.json": lambda: json.render(empty_sample(), Options()),
    "result.sarif.json": lambda: sarif.render(sample(), Options()),
    "result-binding.sarif.json": lambda: sarif.render(binding_sample(), Options()),
}


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, made in CASES.items():
        (FOLDER / name).write_bytes(made().encode())


if __name__ == "__main__":
    write()
