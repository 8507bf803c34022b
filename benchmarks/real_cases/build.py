"""Build real programs from their sources, clean and with a plant, for `real_programs.py`.

    python benchmarks/real_cases/build.py SOURCES OUT [--group held_out] [--only NAME]…

SOURCES holds one folder for each program of `programs.toml`, its source as a distribution has it
(`apt-get source`, with what `apt-get build-dep` installs). Each `.edit` of the group is a program,
the file that is built, and texts of its sources with what stands in their place; the program is
built before and after, in the same folder, and both are stripped. Nothing that is built is run.
The plants are harmless and open nothing of anybody's; those whose name opens with `n_` are honest
changes. `documented` copies kinds of back doors that were published; `held_out` was written by
somebody who had not read the detectors.

Spec: benchmarks/real_programs.py (how they are measured).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FLAGS = "-O2 -g0 -fstack-protector-strong -Wformat -D_FORTIFY_SOURCE=2 -fPIE"
LINK = "-pie -Wl,-z,relro -Wl,-z,now"
BEGIN, MIDDLE, END = "<<<<<<<\n", "\n=======\n", "\n>>>>>>>\n"


class Edit(NamedTuple):
    """One plant: which program, which file is built of it, and what is put for what."""

    program: str
    built: str
    changes: list[tuple[str, str, str]]  # file, old text, new text


def load(path: Path) -> Edit:
    """Read one `.edit`."""
    head, *parts = path.read_text().split("\n--- ")
    said = dict(line.split(": ", 1) for line in head.splitlines())
    changes = []
    for part in parts:
        name, _, rest = part.partition("\n")
        old, _, new = rest.removeprefix(BEGIN).partition(MIDDLE)
        changes.append((name, old, new.rpartition(END.rstrip())[0]))
    return Edit(said["program"], said["built"], changes)


def make(folder: Path, command: str) -> None:
    """Run what makes a program, in its folder."""
    words = command.replace("{flags}", FLAGS).replace("{link}", LINK)
    subprocess.run(words, shell=True, cwd=folder, check=True, capture_output=True)


def main() -> None:
    """Build every case that is asked for."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("sources", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--group", default="held_out", choices=("held_out", "documented"))
    asked.add_argument("--only", action="append", default=[])
    given = asked.parse_args()
    programs = tomllib.loads((HERE / "programs.toml").read_text())
    for path in sorted((HERE / given.group).glob("*.edit")):
        if given.only and path.stem not in given.only:
            continue
        edit = load(path)
        how = programs[edit.program]
        work = given.out / "work" / edit.program
        if not work.exists():
            shutil.copytree(given.sources / edit.program, work, symlinks=True)
            make(work, how.get("prepare", "true"))
            make(work, how["make"])
        before = {name: (work / name).read_text(errors="surrogateescape")
                  for name, _, _ in edit.changes}  # fmt: skip
        for part in ("old", "new"):
            for name, old, new in edit.changes if part == "new" else ():
                text = (work / name).read_text(errors="surrogateescape")
                if old not in text:
                    raise SystemExit(f"{path.name}: {name} has no such text: {old[:60]!r}")
                (work / name).write_text(text.replace(old, new, 1), errors="surrogateescape")
            if part == "old":  # both builds compile the same files
                for name in before:
                    (work / name).touch()
            make(work, how["make"])
            target = given.out / "cases" / path.stem / part / Path(edit.built).name
            target.parent.mkdir(parents=True, exist_ok=True)
            built = work / edit.built
            libtool = built.parent / ".libs" / built.name
            shutil.copy2(libtool if libtool.exists() else built, target)
            subprocess.run(["strip", str(target)], check=True)
        for name, text in before.items():
            (work / name).write_text(text, errors="surrogateescape")
        print(path.stem, flush=True)


if __name__ == "__main__":
    sys.exit(main())
