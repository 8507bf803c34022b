"""Is a plant found among the first findings, and is nobody accused falsely? Measured on products.

    python benchmarks/products.py [--cases FOLDER] [--only NAME]… [--benign FOLDER]… [--limit N]

Pairs: where among the findings of the planted product the plant stands, and where among the
differences from the release before it (the new release has honest changes besides the plant; that
a file's content changed does not count, for that says nothing). Hard negatives and old releases:
verdicts *broken*, each one listed. Benign folders (`product_cases/fetch.py` fills some): *broken*,
and places that a person is asked to look at, per artefact. `--cases` takes another set of cases.

Exit code 1 where a clean product is called *broken*.

Spec: benchmarks/product_cases (how the set is made); the limits are the project's own.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import resource
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evenhand import baseline, facts, pipeline
from evenhand.evidence import Evidence
from evenhand.judge import finding, judge, rulebook
from evenhand.limits import Limits

sys.path.insert(0, str(Path(__file__).parent / "product_cases"))
from case import HERE
from make import make

TOGETHER = 10  # benign artefacts that are judged at once
FIRST = 3  # findings that a person surely reads
SHARE = 0.8  # of the plants, for which the strength that finds them is told
NEAR = 3  # lines between a plant and the line that is named
SAY_NOTHING = ("occurrence", "file")  # that a file changed is no sign of a plant
AS_OF = date(2026, 1, 1)


@dataclass
class Plant:
    """Where a plant lies, and whether a place that is named is it."""

    places: dict[str, list[int]]

    def is_at(self, path: str, locator: str) -> bool:
        """True where path and line are those of the plant; a place without a line by its path."""
        for own, lines in self.places.items():
            if path != own and not path.endswith((f"/{own}", f"!{own}", f" {own}")):
                continue
            said = re.search(r"(?:line |:)(\d+)", locator)
            if said is None or lines == [0]:
                return True
            return any(abs(int(said[1]) - line) <= NEAR for line in lines)
        return False


@dataclass
class Score:
    """Ranks of the plants: 0 where it is not there."""

    findings: dict[str, int] = field(default_factory=dict)
    told: dict[str, bool] = field(default_factory=dict)  # put before people unasked
    leads: dict[str, bool] = field(default_factory=dict)  # no more than a lead, without a reason
    strengths: dict[str, float] = field(default_factory=dict)  # of the first finding that is it
    differences: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)


def read(*paths: Path) -> Evidence:
    """The evidence of one product, or of several that are judged at once."""
    return pipeline.read([str(p) for p in paths], Limits(), 1, lambda name: None)[0]


def broken(evidence: Evidence, books: list[rulebook.Rulebook]) -> list[str]:
    """What is called broken, in words."""
    result = judge(evidence, books, AS_OF)
    return [f"{v.check} {v.subject}: {v.because}" for v in result.having("broken")]


def looks(evidence: Evidence, least: float | None = None) -> list[str]:
    """Places that a person is asked to look at, in words; one of several kinds is one place.

    `least`: those that have this strength, whatever is asked of people.
    """
    found: dict[tuple[str, str, str], str] = {}
    for f in finding.findings(evidence.connection):
        if f.look_here if least is None else f.strength >= least:
            said = f"{f.strength:.2f} {f.kind}: {f.path} {f.locator}: {f.because}"
            found.setdefault((f.path, f.locator, f.because), said)
    return list(found.values())


def rank_in_findings(name: str, evidence: Evidence, plant: Plant, score: Score) -> None:
    """Rank of the plant among the findings, and what stands there."""
    found = finding.findings(evidence.connection)
    met = [(n, f) for n, f in enumerate(found, 1) if plant.is_at(f.path, f.locator)]
    score.findings[name] = met[0][0] if met else 0
    score.told[name] = any(f.look_here for _, f in met)
    score.leads[name] = bool(met) and all(f.lead for _, f in met)
    first = [1.0 if f.shown else f.strength for n, f in met if n <= FIRST]
    score.strengths[name] = max(first, default=0.0)


def in_differences(new: Evidence, old: Evidence, plant: Plant) -> int:
    """Rank of the plant among the differences; what says nothing is passed over."""
    paths: dict[str, list[str]] = {}
    query = "SELECT artefact, path FROM occurrence"
    for artefact, path in new.connection.execute(query).fetchall():
        paths.setdefault(artefact, []).append(path)
    told = [d for d in baseline.differences(new, old) if d["table"] not in SAY_NOTHING]
    for rank, difference in enumerate(told, 1):
        if difference["change"] == "gone":
            continue
        fact = difference["fact"]
        met = paths.get(fact["artefact"], [])
        if fact.get("path"):  # of an image or archive as a whole, the file that is meant
            met = [*met, *(f"{m}!/{fact['path']}" for m in met)]
        if any(plant.is_at(path, fact["locator"] or "") for path in met):
            return rank
    return 0


def asking_of_code() -> list[rulebook.Rulebook]:
    """The rulebooks that ask anything of what code shows; of the others no plant can break one."""
    tables = {t.name for t in facts.tables().values() if t.weight}
    books = rulebook.load_all(rulebook.names())
    return [b for b in books if any(u.check.judges in tables for c in b.clauses for u in c.uses)]


def only_file(folder: Path) -> Path:
    """The one file of a folder."""
    (path,) = folder.iterdir()
    return path


def measure(folder: Path, only: list[str], books: list[rulebook.Rulebook]) -> Score:
    """Every case of the set."""
    score = Score()
    plants = json.loads((folder / "plants.json").read_text())
    for name in sorted(p.name for p in (folder / "pairs").iterdir()):
        if only and name not in only:
            continue
        plant = Plant(plants[name]["places"])
        old = read(only_file(folder / "pairs" / name / "old"))
        planted = read(only_file(folder / "pairs" / name / "planted"))
        rank_in_findings(name, planted, plant, score)
        score.differences[name] = in_differences(planted, old, plant)
        score.broken[f"old {name}"] = broken(old, books)
        mark = "*" if score.told[name] else "l" if score.leads[name] else " "
        print(f"{score.findings[name]:4}{mark} {score.differences[name]:4}  {name}", flush=True)
    for path in sorted((folder / "negatives").iterdir()):
        if only and path.name not in only:
            continue
        evidence = read(only_file(path))
        score.broken[path.name] = broken(evidence, books)
        said = looks(evidence)
        score.looks[path.name] = len(said)
        print(f"{len(said):4} look here  {path.name}", *said, sep="\n       ", flush=True)
    return score


def report(score: Score) -> None:
    """The figures, and each miss by name."""
    for title, ranks in (("findings", score.findings), ("differences", score.differences)):
        first = sum(0 < r <= FIRST for r in ranks.values())
        there = sum(r > 0 for r in ranks.values())
        print(f"{title}: of {len(ranks)} plants {first} in the first {FIRST}, {there} at all")
        for name, rank in ranks.items():
            if not 0 < rank <= FIRST:
                print(f"  miss: {name} ({f'place {rank}' if rank else 'absent'})")
    most = sorted(score.strengths.values(), reverse=True)
    if most:  # none where only negatives, or nothing, were asked for
        needed = most[math.ceil(SHARE * len(most)) - 1]
        print(f"{SHARE:.0%} are found from a strength of {needed:.3f} on")
    only = sum(score.leads[name] for name, rank in score.findings.items() if 0 < rank <= FIRST)
    print(f"of those in the first {FIRST}, by a lead only (l): {only}")
    print(f"put before people unasked (*): {sum(score.told.values())} of {len(score.told)}")
    accused = {n: said for n, said in score.broken.items() if said}
    print(f"clean products: {len(score.broken)}, called broken: {len(accused)}")
    for name, said in accused.items():
        print(f"  {name}", *said, sep="\n    ")
    total = sum(score.looks.values())
    print(f"hard negatives: {len(score.looks)}, look here: {total}")


def judge_benign(folder: Path, asked: argparse.Namespace, books: list[rulebook.Rulebook]) -> int:
    """Print what is said of the artefacts of a folder; how many answers are broken."""
    kinds: Counter[str] = Counter()
    accused = looked = weaker = 0
    limit = asked.limit
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name[0] != ".")[:limit]
    for at in range(0, len(paths), TOGETHER):
        evidence = read(*paths[at : at + TOGETHER])
        said, places = broken(evidence, books), looks(evidence)
        accused, looked = accused + len(said), looked + len(places)
        weaker += len(looks(evidence, asked.least))
        kinds.update(p.split(" ", 1)[1].partition(":")[0] for p in places)
        for line in (*(f"BROKEN {s}" for s in said), *places):
            print(f"  {line[:300]}", flush=True)
        print(f"{min(at + TOGETHER, len(paths))} of {len(paths)}", file=sys.stderr, flush=True)
    each = looked / len(paths) if paths else 0.0
    print(f"{folder.name}: {len(paths)} artefacts, {accused} broken, {looked} look here", end=" ")
    print(f"({each:.3f} each): {', '.join(f'{kind} {n}' for kind, n in kinds.most_common())}")
    print(f"of a strength of {asked.least} or more: {weaker / max(1, len(paths)):.2f} each")
    return accused


def main() -> int:
    """Make the set, measure, say what was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, default=HERE, help="a folder of cases")
    parser.add_argument("--only", action="append", default=[], help="a case by name")
    parser.add_argument("--benign", action="append", default=[], type=Path, help="a folder")
    parser.add_argument("--limit", type=int, help="artefacts of each folder")
    parser.add_argument("--least", type=float, default=0.2, help="count weaker places too")
    asked = parser.parse_args()
    books = asking_of_code()
    accused = 0
    if asked.only or not asked.benign:
        with tempfile.TemporaryDirectory() as name:
            for missing in make(Path(name), cases=asked.cases):
                print(f"not built, a program is missing: {missing}")
            score = measure(Path(name), asked.only, books)
        report(score)
        accused += sum(bool(said) for said in score.broken.values())
    for folder in asked.benign:
        accused += judge_benign(folder, asked, books)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"{sum(u.ru_utime + u.ru_stime for u in used):.0f} s of processor")
    return int(accused > 0)


if __name__ == "__main__":
    sys.exit(main())
