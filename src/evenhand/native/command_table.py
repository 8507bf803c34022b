"""Tables of commands: runs of pointers in which texts and functions take turns.

Spec: none.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import NamedTuple

from evenhand.native.program import Program

MAX_COMMANDS = 2000
LARGEST_RECORD = 128  # bytes
FEWEST = 3  # records of a table


class Command(NamedTuple):
    """A record of a table: a name, the function that stands for it, and whether it has help."""

    name: str
    function: int
    at: int
    texts: int


def tables(program: Program) -> list[list[Command]]:
    """Tables of commands: records of one size, each with a name and a function."""
    if program.tables is None:
        program.tables = _tables(program)
    return program.tables


def _tables(program: Program) -> list[list[Command]]:
    image = program.image
    starts = set(program.functions.starts)
    places = sorted(p for p in image.pointers if not image.executable(p))
    found: list[list[Command]] = []
    run: list[int] = []
    for place in [*places, 1 << 63]:
        if run and place - run[-1] > LARGEST_RECORD:
            if len(run) >= 2 * FEWEST:
                found += _records(program, run, starts)
            run = []
        run.append(place)
        if len(found) > MAX_COMMANDS:
            break
    return found


def _records(program: Program, run: list[int], starts: set[int]) -> list[list[Command]]:
    pointers = program.image.pointers
    handlers = [p for p in run if pointers[p] in starts]
    if len(handlers) < FEWEST:
        return []
    gaps = Counter(b - a for a, b in itertools.pairwise(handlers))
    size, often = max(gaps.items(), key=lambda g: (g[1], -g[0]))
    if size < 16 or often + 1 < FEWEST or size > LARGEST_RECORD:
        return []
    found: list[list[Command]] = [[]]
    for number, place in enumerate(handlers):
        if number and place - handlers[number - 1] != size:
            found.append([])
        found[-1].append(Command("", pointers[place], place, 0))
    named = [_trimmed(program, one, size) for one in found if len(one) >= FEWEST]
    return [one for one in named if one]


def _trimmed(program: Program, some: list[Command], size: int) -> list[Command]:
    """The records of a run; pointers to functions that lie before or behind it are no records."""
    for run in (some, some[1:], some[:-1]):
        named = _named(program, run, size) if len(run) >= FEWEST else []
        if named:
            return named
    return []


def _named(program: Program, some: list[Command], size: int) -> list[Command]:
    """The records with how many texts lie in each, the name being the first of its record."""
    pointers = program.image.pointers
    offsets: Counter[int] = Counter()
    for one in some:
        for step in range(-size + 8, size, 8):
            if step and program.text(("a", pointers.get(one.at + step, 0))):
                offsets[step] += 1
    names = [o for o, n in offsets.items() if n == len(some)]
    if not names:
        return []
    first = min(names, key=lambda o: (o > 0, abs(o)))
    low = min((o for o in offsets if first - size < o <= first), default=first)
    rows = []
    for one in some:
        name = program.text(("a", pointers.get(one.at + first, 0))) or ""
        texts = sum(bool(program.text(("a", pointers.get(one.at + o, 0))))
                    for o in range(low, low + size, 8))  # fmt: skip
        rows.append(one._replace(name=name, texts=texts))
    return rows if all(r.name for r in rows) and len({r.name for r in rows}) > 1 else []


def through(program: Program, address: int) -> list[int]:
    """The functions of the table of commands that an address lies in."""
    for some in tables(program):
        if some[0].at - LARGEST_RECORD <= address <= some[-1].at:
            return [c.function for c in some]
    return []
