"""Plants in real programs: what is newly found in one alone, and what stands first beside its twin.

    python benchmarks/real_programs.py FOLDER [--only NAME]…

FOLDER holds NAME/old/PROGRAM and NAME/new/PROGRAM: one program, built twice in the same way, the
second time with a plant, or with an honest change where the name opens with `n_`. A finding is the
plant's where the twin has none of that kind, constant and reason: so a program in which something
else stands first is no hit, as it would be where the whole file counts. For honest changes the
places that people are newly asked to look at are counted.

Spec: docs/accuracy.md (real programs); the limits are the project's own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evenhand import baseline, pipeline
from evenhand.evidence import Evidence
from evenhand.judge import finding
from evenhand.judge.result import Finding
from evenhand.limits import Limits

FIRST = 3
SAY_NOTHING = ("occurrence", "file")


def read(path: Path) -> Evidence:
    """The evidence of one program."""
    return pipeline.read([str(path)], Limits(), 1, lambda name: None)[0]


def said(one: Finding) -> tuple[str, str, str]:
    """What a finding says, without its place."""
    return one.kind, one.about, one.because


def main() -> None:
    """Print each program and the figures."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("--only", action="append", default=[])
    given = asked.parse_args()
    alone: dict[str, int] = {}
    led: dict[str, bool] = {}
    beside: dict[str, int] = {}
    vain: dict[str, list[str]] = {}
    for folder in sorted(given.folder.iterdir()):
        name = folder.name
        if given.only and name not in given.only:
            continue
        old, new = (read(next((folder / part).iterdir())) for part in ("old", "new"))
        known = {said(f) for f in finding.findings(old.connection)}
        found = list(enumerate(finding.findings(new.connection), 1))
        mine = [(n, f) for n, f in found if said(f) not in known]
        told = [d for d in baseline.differences(new, old) if d["table"] not in SAY_NOTHING]
        if name.startswith("n_"):
            vain[name] = [f"{f.strength:.2f} {f.kind}: {f.because}" for _, f in mine if f.look_here]
            print(f"{len(vain[name]):4} look here {len(told):4} differences  {name}", *vain[name],
                  sep="\n       ", flush=True)  # fmt: skip
            continue
        alone[name] = mine[0][0] if mine else 0
        led[name] = bool(mine) and mine[0][1].lead
        beside[name] = next((n for n, d in enumerate(told, 1) if d["change"] != "gone"), 0)
        mark = "l" if led[name] else "*" if any(f.look_here for _, f in mine) else " "
        why = f"{mine[0][1].strength:.2f} {mine[0][1].because}" if mine else ""
        print(f"{alone[name]:4}{mark}{beside[name]:4} of {len(told):3}  {name}  {why[:120]}",
              flush=True)  # fmt: skip
    for title, ranks in (("alone", alone), ("beside its twin", beside)):
        first = [n for n, rank in ranks.items() if 0 < rank <= FIRST]
        print(f"{title}: of {len(ranks)} plants {len(first)} in the first {FIRST}")
    hit = [n for n, rank in alone.items() if 0 < rank <= FIRST and led[n]]
    print(f"of those alone, by a lead only (l): {len(hit)}")
    print(f"honest changes: {len(vain)}, look here: {sum(map(len, vain.values()))}")


if __name__ == "__main__":
    sys.exit(main())
