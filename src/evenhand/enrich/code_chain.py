"""Enrichment: chains through several files of a package, from the ends that each file holds.

A function that collects in one file and a call that sends what it gives in another make one row of
`behaviour`, with the lines of both. Names are followed as Python and JavaScript do, and through
files that only hand names on where one file alone below them has a function of that name.

Spec: Python language reference 5 (import system); Node.js 22 modules (resolution of files).
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import duckdb

NEEDS = ("code_link",)
MAKES = ("behaviour",)

ENDS = (".js", ".ts", ".mjs", ".cjs", ".tsx", ".jsx", "/index.js", "/index.ts", "")
EARLY = ("at install", "at import", "at start")
MOST = 200  # chains of one run
SENDS = {
    "credentials": 0.9, "wallet": 0.9, "browser": 0.9, "messenger": 0.85, "accounts": 0.8,
    "environment": 0.8, "keys pressed": 0.9, "screen": 0.7, "clipboard": 0.7, "history": 0.7,
    "key words": 0.65,
}  # fmt: skip
RUNS = {"net": ("downloads and runs", 0.65), "decoded": ("decodes and runs", 0.65)}


class End(NamedTuple):
    """One row of `code_link`."""

    path: str
    kind: str
    locator: str
    name: str
    other: str
    place: int
    matter: str
    target: str
    because: str
    moment: str
    artefact: str
    grade: str


class Chain(NamedTuple):
    """What begins in one file and ends in another."""

    at: End
    kind: str
    target: str
    because: str
    strength: float
    moment: str


def enrich(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Join the ends into chains; uses no list."""
    columns = ", ".join(
        f"coalesce({c}, {-1 if c == 'place' else chr(39) * 2})" for c in End._fields
    )
    query = f"SELECT {columns} FROM code_link ORDER BY path, id"
    ends = [End(*row) for row in connection.execute(query).fetchall()]
    if ends:
        _write(connection, list(Package(ends).chains())[:MOST])
    return []


class Package:
    """The ends of all files, found by file and function."""

    def __init__(self, ends: list[End]) -> None:
        self.ends = ends
        self.brings: dict[tuple[str, str], list[End]] = defaultdict(list)
        self.takes: dict[tuple[str, str, int], list[End]] = defaultdict(list)
        self.homes: dict[str, set[str]] = defaultdict(set)  # function → files
        self.functions: dict[str, set[str]] = defaultdict(set)
        for end in ends:
            if end.kind == "brings":
                self.brings[end.path, end.name].append(end)
            elif end.kind == "takes":
                self.takes[end.path, end.name, end.place].append(end)
            if end.kind in ("brings", "takes"):
                self.homes[end.name].add(end.path)
                self.functions[end.path].add(end.name)
        self.files = {p for homes in self.homes.values() for p in homes}
        self.early = {
            home: end.moment for end in ends if end.kind == "starts" for home in self.find(end)
        }

    def chains(self) -> Iterator[Chain]:
        """Every chain, in the order of the ends."""
        for end in self.ends:
            if end.kind == "uses":
                for home in self.find(end):
                    for brought in self.brings.get(home, ()):
                        yield from self._chain(end, brought, end, end.because)
            elif end.kind == "asks":
                for home in self.find(end):
                    for taken in self.takes.get((*home, end.place), ()):
                        because = f"{end.because} → {_short(taken)}: {taken.because}"
                        for brought in self._brought(end):
                            yield from self._chain(end, brought, taken, because)

    def _brought(self, end: End) -> list[End]:
        """What is handed on: from this file, or by a function of a third one."""
        if end.matter != "import":
            return [end]
        homes = self.find(end._replace(other=end.target))
        return [b for home in homes for b in self.brings.get(home, ())]

    def _chain(self, at: End, brought: End, sink: End, because: str) -> Iterator[Chain]:
        if sink.matter == "sends" and brought.matter in SENDS:
            kind, sure = "collects and sends", SENDS[brought.matter]
            target, note = sink.target or brought.matter, f"; what is sent: {brought.target}"
        elif sink.matter == "runs" and brought.matter in RUNS:
            (kind, sure), target, note = RUNS[brought.matter], brought.target, ""
            if sink is not at:  # a function that runs what it is given may only name what it runs
                sure -= 0.2
        else:
            return
        own = f"{_short(brought)}: {brought.because} → " if brought is not at else ""
        moment = at.moment or "when called"
        if moment == "when called":
            moment = self.early.get((at.path, at.name), moment)
        sure = round(min(0.99, sure + (0.1 if moment in EARLY else -0.05)), 3)
        yield Chain(at, kind, target, f"{own}{because}{note}", sure, moment)

    def find(self, end: End) -> list[tuple[str, str]]:
        """Files and functions that a name of another file may mean."""
        for module, rest in _modules(end.path, end.other.replace("()", "")):
            homes = [module + e for e in (*ENDS, ".py", "/__init__.py") if module + e in self.files]
            names = [*reversed(rest), *(("default",) if len(rest) < 2 else ())]
            for name in names:
                own = [h for h in homes if h in self.homes.get(name, ())]
                if own:
                    return [(own[0], name)]
            if homes and not rest and len(self.functions[homes[0]]) == 1:
                return [(homes[0], next(iter(self.functions[homes[0]])))]
            for name in names if module else ():
                below = [h for h in self.homes.get(name, ()) if h.startswith(f"{module}/")]
                if len(below) == 1:
                    return [(below[0], name)]
        return []


def _modules(path: str, ref: str) -> Iterator[tuple[str, list[str]]]:
    """Paths, without an ending, that a dotted name may begin with, and the rest of the name."""
    folder = path.rpartition("/")[0]
    if ref.startswith(("./", "../")):
        whole = posixpath.normpath(posixpath.join(folder, ref))
        last = whole.rpartition("/")[2].count(".")
        for parts in range(last + 1):
            words = whole.rsplit(".", parts)
            yield words[0], words[1:]
        return
    dots = len(ref) - len(ref.lstrip("."))
    words = ref.lstrip(".").split(".")
    above = folder
    if dots:
        for _ in range(dots - 1):
            above = above.rpartition("/")[0]
        folders = [above]
    else:
        folders = [above]
        while above:
            above = above.rpartition("/")[0]
            folders.append(above)
    for known in range(len(words), -1 if dots else 0, -1):
        for one in folders:
            yield posixpath.join(one, *words[:known]) if known else one, words[known:]


def _short(end: End) -> str:
    return re.sub(r".*!/", "", end.path)


def _write(connection: duckdb.DuckDBPyConnection, chains: list[Chain]) -> None:
    """Each chain as a row, the strongest of those that say the same."""
    import pyarrow as pa

    from evenhand.facts import tables

    best: dict[tuple[str, ...], Chain] = {}
    for chain in chains:
        key = (chain.at.path, chain.at.locator, chain.kind, chain.target)
        if key not in best or best[key].strength < chain.strength:
            best[key] = chain
    numbers: dict[str, int] = defaultdict(int)
    rows: list[dict[str, Any]] = []
    for chain in best.values():
        at = chain.at
        number, digest = numbers[at.artefact], at.artefact[7:19]
        numbers[at.artefact] += 1
        rows.append(
            {
                "id": f"behaviour/code_chain/{digest}/{number}",
                "artefact": at.artefact,
                "locator": at.locator,
                "grade": at.grade,
                "path": at.path,
                "kind": chain.kind,
                "target": chain.target[:200],
                "because": chain.because,
                "strength": chain.strength,
                "consent": "not shown" if chain.kind == "collects and sends" else None,
                "moment": chain.moment,
            }
        )
    made = pa.Table.from_pylist(rows, schema=tables()["behaviour"].schema())
    connection.register("chained", made)
    connection.execute("INSERT INTO behaviour BY NAME FROM chained")
    connection.unregister("chained")
