"""False alarms of the code readers over popular packages that lie in a folder.

    python benchmarks/code_benign.py FOLDER

FOLDER holds wheels and npm tarballs; `code_benign.txt` names those that the published figures are
of (`product_cases/fetch.py` fetches them). It prints packages, megabytes and seconds of the
processor, findings by kind, and how many packages have one that is worth a look (strength of 0.7
and more, or a way in).

Spec: none.
"""

from __future__ import annotations

import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from evenhand.code.examine import LEAST, examine
from evenhand.code.finding import Finding

LANGUAGES = {
    "py": "python", "pth": "python", "js": "javascript", "mjs": "javascript", "cjs": "javascript",
    "jsx": "javascript", "ts": "typescript", "mts": "typescript", "tsx": "tsx", "sh": "shell",
    "php": "php", "lua": "lua",
}  # fmt: skip
LOOK = 0.7


def members(package: Path) -> Iterator[tuple[str, bytes]]:
    """Source files of a package, with their names."""
    if package.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                if wanted(name):
                    yield name, archive.read(name)
        return
    with tarfile.open(package) as tape:
        for member in tape:
            stream = tape.extractfile(member) if member.isfile() and wanted(member.name) else None
            if stream is not None:
                yield member.name, stream.read()


def wanted(name: str) -> bool:
    """True for source of a language that is read."""
    return name.rpartition(".")[2] in LANGUAGES and not name.endswith(".d.ts")


def main() -> None:
    """Read every package of the folder and print what was found."""
    if len(sys.argv) < 2:
        print(__doc__)  # nothing is given, so nothing is measured
        return
    packages = sorted(
        p for p in Path(sys.argv[1]).rglob("*") if p.name.endswith((".whl", ".tgz", ".tar.gz"))
    )
    kinds: Counter[str] = Counter()
    size, seconds, looks, broken, cut = 0, 0.0, 0, 0, 0
    for package in packages:
        found: list[Finding] = []
        for name, data in members(package):
            moment = "at install" if name.endswith("/setup.py") else "at import"
            start = time.process_time()
            examined = examine(data, LANGUAGES[name.rpartition(".")[2]], moment, path=name)
            seconds += time.process_time() - start
            size += len(data)
            cut += bool(examined.cut)
            found += [f for f in examined.found if f.strength >= LEAST]
        kinds.update(f.kind for f in found)
        looks += any(f.strength >= LOOK or f.access for f in found)
        broken += any(f.shown for f in found)
        strongest = max(found, key=lambda f: f.strength, default=None)
        if strongest is not None:
            print(f"{strongest.strength:.2f} {package.name}: {strongest.kind} {strongest.target}")
    rate = size / 1e6 / max(seconds, 0.01)
    print(f"{len(packages)} packages, {size / 1e6:.1f} MB, {seconds:.1f} CPU s, {rate:.2f} MB/s")
    print(f"worth a look: {looks}; effect shown: {broken}; files not looked at whole: {cut}")
    print(", ".join(f"{kind}: {count}" for kind, count in kinds.most_common()))


if __name__ == "__main__":
    main()
