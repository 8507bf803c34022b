"""Writes the test set: pairs of products, without and with one plant, and hard negatives.

    python benchmarks/product_cases/make.py FOLDER [CASES]

CASES is the folder of another set of cases. FOLDER gets `pairs/CASE/{old,new,planted}/FILE`,
`negatives/CASE/FILE` and `plants.json`, which says where each plant lies. All products are made up
and harmless: hosts have reserved names, what a plant would do touches a scratch folder at most, and
nothing of it is ever run.

Spec: RFC 2606 (reserved names); benchmarks/products.py (what is measured with it).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from case import HERE, Case, negatives, pairs
from pack import MissingProgram, pack


def places(case: Case) -> dict[str, list[int]]:
    """Files of the plant and its lines there; 0: a compiled file as a whole."""
    compiled = {}
    for target, source, flags in case.builds():
        compiled |= dict.fromkeys([source, *(f for f in flags if f.endswith(".c"))], target)
    found: dict[str, list[int]] = {}
    for member in case.members("planted"):
        if member.plant and member.is_source:
            found[compiled[member.path]] = [0]
        elif member.plant:
            found[member.path.removeprefix("DEBIAN/")] = sorted(member.plant)
    return found


def make(folder: Path, compiler: str = "gcc", cases: Path = HERE) -> list[str]:
    """Write the set; returns what could not be built, for want of a program."""
    missing, plants = [], {}
    for case in pairs(cases):
        plants[case.id] = {"plant": case.head["plant"], "places": places(case)}
        for variant in ("old", "new", "planted"):
            missing += _write(folder / "pairs" / case.id / variant, case, variant, compiler)
    for case in negatives(cases):
        missing += _write(folder / "negatives" / case.id, case, "new", compiler)
    (folder / "plants.json").write_text(json.dumps(plants, indent=1, sort_keys=True) + "\n")
    return sorted(set(missing))


def _write(folder: Path, case: Case, variant: str, compiler: str) -> list[str]:
    try:
        name, content = pack(case, variant, compiler)
    except MissingProgram:
        return [case.id]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return []


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    for one in make(Path(sys.argv[1]), cases=Path([HERE, *sys.argv[2:]][-1])):
        print(f"not built, a program is missing: {one}", file=sys.stderr)
