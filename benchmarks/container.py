"""How fast a container image of 200 MB is read, and in how much memory.

    python benchmarks/container.py [ROOT…]

`ROOT` is a folder or tar archive of a root file system: an image in Docker's archive format is made
of them, a layer each. Without arguments the layers are this interpreter's library and a small root.
The limits: 60 s of wall clock, 1.5 GB of resident memory over all processes, taken every 0.2 s.
Seconds of the processor are printed too: on a machine that others use, they are what holds.

Spec: Docker image specification 1.2 (archive format); docs/decisions/0003-opening-archives.md.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
from pathlib import Path

WALL_SECONDS, MEMORY_BYTES, IMAGE_BYTES = 60, 1_500_000_000, 200_000_000
PASSWD = b"root:x:0:0:root:/root:/bin/sh\n"


def layer(root: Path | None, place: Path) -> Path:
    """A layer: the archive itself, or one made of a folder; None is a small root."""
    if root is not None and root.is_file():
        return root
    with tarfile.open(place, "w") as archive:
        if root is None:
            member = tarfile.TarInfo("etc/passwd")
            member.size = len(PASSWD)
            archive.addfile(member, io.BytesIO(PASSWD))
            return place
        total = 0
        for path in sorted(root.rglob("*")):
            if total > IMAGE_BYTES:
                break
            if path.is_file() and not path.is_symlink():
                archive.add(path, str(path.relative_to(root)))
                total += path.stat().st_size
    return place


def image(roots: list[Path | None], folder: Path) -> Path:
    """An image of these layers."""
    layers = [layer(root, folder / f"{n}.tar") for n, root in enumerate(roots)]
    digests = []
    for path in layers:
        with path.open("rb") as stream:
            digests.append(hashlib.file_digest(stream, "sha256").hexdigest())
    ids = [f"sha256:{d}" for d in digests]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": ids}}).encode()
    made = folder / "image.tar"
    with tarfile.open(made, "w") as archive:
        for path, digest in zip(layers, digests, strict=True):
            archive.add(path, f"{digest}/layer.tar")
        member = tarfile.TarInfo("config.json")
        member.size = len(config)
        archive.addfile(member, io.BytesIO(config))
    return made


def resident(process: int) -> int:
    """Bytes of a process and those below it; what they share counts each time."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if process in (int(entry.name), parent):
                total += int((entry / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue  # it ended meanwhile
    return total * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Read the image, print what it took; 1 where a limit is passed."""
    named = [Path(word) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = image(named or [None, Path(sysconfig.get_paths()["stdlib"])], folder)
        words = [sys.executable, "-m", "evenhand", "read", str(made), "-o", str(folder / "kept")]
        start, peak = time.perf_counter(), 0
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None:
            peak = max(peak, resident(running.pid))
            time.sleep(0.2)
        wall = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = made.stat().st_size
    cpu = used.ru_utime + used.ru_stime
    print(f"image {size / 1e6:.0f} MB: {wall:.1f} s wall, {cpu:.1f} s processor")
    share = size / IMAGE_BYTES
    print(f"{cpu / share:.1f} s of the processor for 200 MB; limit {WALL_SECONDS} s wall")
    print(f"peak {peak / 1e6:.0f} MB over all processes; limit {MEMORY_BYTES / 1e6:.0f} MB")
    late = wall / share > WALL_SECONDS
    return int(running.returncode != 0 or late or peak > MEMORY_BYTES)


if __name__ == "__main__":
    sys.exit(main())
