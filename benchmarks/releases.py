"""Is a plant in a real release seen beside the release before it, among all its honest changes?

    python benchmarks/product_cases/fetch.py FOLDER benchmarks/product_cases/releases/*.txt
    python benchmarks/releases.py FOLDER [--only NAME]… [--each N] [--seed N]

Two releases of a package are compared as they are: how many differences there are. Then a harmless
made-up plant (`product_cases/releases/plants`) is written to the end of a source file of the later
one, chosen by the seed, and its place is sought among the findings of that release alone and among
the differences from the earlier one. Every plant that is not among the first three is named.

Spec: benchmarks/products.py (what counts as seen).
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from product_cases.fetch import named
from products import FIRST, SAY_NOTHING, Plant, Score, in_differences, rank_in_findings, read

from evenhand import baseline

HERE = Path(__file__).parent / "product_cases" / "releases"
SIZES = (1500, 200_000)  # bytes of a file that a plant is written to
NOT_IN = ("/test", "/dist/", ".min.")
SUFFIX = {"wheels": ".py", "npm": ".js"}


def files(path: Path) -> dict[str, bytes]:
    """The files of a wheel or npm tarball."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    with tarfile.open(path) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}


def pack(held: dict[str, bytes], path: Path) -> None:
    """Write files as an archive of the kind that the name says."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in held.items():
                archive.writestr(name, data)
        return
    with tarfile.open(path, "w:gz") as archive:
        for name, data in held.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def planted(held: dict[str, bytes], plant: Path, chance: random.Random) -> tuple[str, list[int]]:
    """Add a plant to the end of one of the source files; its path and lines."""
    every = [
        name
        for name, data in held.items()
        if name.endswith(SUFFIX[plant.parent.name]) and SIZES[0] < len(data) < SIZES[1]
    ]
    sources = [name for name in every if not any(word in name for word in NOT_IN)] or every
    path = chance.choice(sorted(sources))
    first = held[path].count(b"\n") + 2
    held[path] += b"\n\n" + plant.read_bytes()
    return path, list(range(first, held[path].count(b"\n") + 2))


def pairs(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """List, earlier and later release of each package that is there."""
    for path in sorted(HERE.glob("*.txt")):
        names = [name for _, name in named(path)]
        for earlier, later in zip(names[::2], names[1::2], strict=True):
            found = [_file(folder / path.stem, n) for n in (earlier, later)]
            if found[0] and found[1]:
                yield path.stem, found[0], found[1]


def _file(folder: Path, name: str) -> Path | None:
    package, _, version = name.replace("@", "==").partition("==")
    every = (p for p in folder.iterdir() if p.name.lower().startswith(f"{package}-{version}"))
    return next((p for p in every if p.name[len(package) + len(version) + 1] in "-."), None)


def main() -> int:
    """Measure, say what was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--each", type=int, default=3, help="plants in each release")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    if said.folder is None:
        print(__doc__)  # nothing is given, so nothing is measured
        return 0
    chance = random.Random(said.seed)
    alone, beside, honest, missed = 0, 0, [], []
    tried = 0
    for kind, earlier, later in pairs(said.folder):
        if said.only and not any(word in later.name for word in said.only):
            continue
        old = read(earlier)
        told = baseline.differences(read(later), old)
        honest.append(sum(d["table"] not in SAY_NOTHING for d in told))
        print(f"{later.name}: {honest[-1]} differences from {earlier.name}", flush=True)
        plants = sorted((HERE / "plants" / kind).iterdir())
        for plant in chance.sample(plants, min(said.each, len(plants))):
            held = files(later)
            path, lines = planted(held, plant, chance)
            with tempfile.TemporaryDirectory() as folder:
                made = Path(folder) / later.name
                pack(held, made)
                new = read(made)
            place = Plant({path: lines})
            score = Score()
            rank_in_findings(plant.stem, new, place, score)
            found = score.findings[plant.stem]
            differs = in_differences(new, old, place)
            tried += 1
            alone += 0 < found <= FIRST
            beside += 0 < differs <= FIRST
            print(f"{found:4} {differs:4}  {plant.stem} in {path}", flush=True)
            if not 0 < found <= FIRST or not 0 < differs <= FIRST:
                missed.append(
                    f"{plant.stem} in {later.name}: finding {found}, difference {differs}"
                )
    print(f"plants {tried}: among the first {FIRST} findings {alone}, differences {beside}")
    print(f"honest differences: {sorted(honest)}", *missed, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
