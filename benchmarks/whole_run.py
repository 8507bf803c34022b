"""How fast archives are read from end to end, against opening them and nothing more.

    python benchmarks/whole_run.py [ARCHIVE…]

Peers: `dpkg-deb -x` for Debian packages, `unzip` for wheels and other zips, `tar -xf` for tars;
a peer that is not installed is said to be missing. Without arguments a zip and a tar of this
interpreter's standard library are made, and a tar of 50,000 small files, for which files a
second are printed too. Megabytes are those of the archive.

Spec: docs/decisions/0003-opening-archives.md.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

MANY = 50_000
PEERS = {
    ".deb": ["dpkg-deb", "-x", "{archive}", "{folder}"],
    ".whl": ["unzip", "-q", "{archive}", "-d", "{folder}"],
    ".zip": ["unzip", "-q", "{archive}", "-d", "{folder}"],
    ".tar": ["tar", "-xf", "{archive}", "-C", "{folder}"],
}


def seconds(words: list[str]) -> float:
    """Wall clock of one run."""
    start = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - start


def opened(archive: Path, folder: Path) -> float | None:
    """What the peer takes to unpack; None where it is not installed."""
    words = PEERS.get(archive.suffix)
    if words is None or shutil.which(words[0]) is None:
        return None
    place = Path(tempfile.mkdtemp(dir=folder))
    taken = seconds([w.format(archive=archive, folder=place) for w in words])
    shutil.rmtree(place)
    return taken


def made(folder: Path) -> list[Path]:
    """Archives of what every machine has."""
    library = Path(sysconfig.get_path("stdlib"))
    files = [p for p in sorted(library.glob("*/*.py")) if p.parent.name != "site-packages"]
    with zipfile.ZipFile(folder / "library.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(library))
    with tarfile.open(folder / "library.tar", "w") as archive:
        for path in files:
            archive.add(path, str(path.relative_to(library)))
    with tarfile.open(folder / "many.tar", "w") as archive:
        for number in range(MANY):
            member = tarfile.TarInfo(f"d{number % 100}/f{number}.txt")
            member.size = len(content := b"see https://h%d.example.org/\n" % number)
            archive.addfile(member, io.BytesIO(content))
    return [folder / "library.zip", folder / "library.tar", folder / "many.tar"]


def main(arguments: list[str]) -> int:
    """One line an archive."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for archive in [Path(a) for a in arguments] or made(folder):
            kept = folder / f"kept-{archive.name}"
            words = [sys.executable, "-m", "evenhand", "read", str(archive), "-o", str(kept)]
            ours, peer = seconds(words), opened(archive, folder)
            size = archive.stat().st_size / 1e6
            line = f"{archive.name}: {size:.1f} MB in {ours:.1f} s = {size / ours:.2f} MB/s"
            if archive.name == "many.tar":
                line += f", {MANY / ours:.0f} files/s"
            tool = PEERS.get(archive.suffix, ["no peer"])[0]
            line += f"; {tool} {peer:.2f} s: {ours / peer:.0f} x" if peer else f"; no {tool} here"
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
