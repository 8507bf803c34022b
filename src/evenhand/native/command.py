"""Commands and options that a program takes: those that its own help leaves out.

A table of commands is a run of pointers in which texts and functions take turns. That a help text
names most of them, and not one that opens something, is a sign; that it names none says nothing.

Spec: getopt_long(3) (struct option).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native import capability, effect, gate, rarity
from evenhand.native.comparison import pairs
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Call
from evenhand.native.program import Followed, Program

OPTION_BYTES = 32  # struct option: name, has_arg, flag, val
MAX_OPTIONS, MAX_COMMANDS = 500, 2000
LARGEST_RECORD = 128  # bytes
FEWEST = 3  # records of a table, and names that a help text has to tell
MOST_TOLD = 0.5  # of the names: fewer, and there is no help text to speak of
OPENS = ("runs a command", "changes privileges", "loads code")
OPTION = re.compile(r"[A-Za-z0-9][\w-]*$")


class Option(NamedTuple):
    """A long option, or a letter, and the number that getopt gives for it."""

    name: str
    number: int
    at: int


class Command(NamedTuple):
    """A record of a table: a name, the function that stands for it, and whether it has help."""

    name: str
    function: int
    at: int
    texts: int


def options(program: Program, call: Call, name: str) -> Iterator[Option]:
    """The options that are given to getopt or getopt_long."""
    letters = program.text(call.arguments[2])
    if letters is not None:
        for number, letter in enumerate(letters):
            if letter.isalnum() and letters[number - 1 : number] != "W":
                yield Option(f"-{letter}", ord(letter), call.at)
    given = call.arguments[3] if name != "getopt" else None
    if given is None or given[0] not in ("a", "i"):
        return
    image = program.image
    for number in range(MAX_OPTIONS):
        place = given[1] + number * OPTION_BYTES
        pointer = image.pointers.get(place)
        if pointer is None:
            pointer = int.from_bytes(image.read(place, 8), "little")
        text = program.text(("a", pointer)) if pointer else None
        if not text:
            return
        value = int.from_bytes(image.read(place + 24, 4), "little")
        yield Option(f"--{text}", value, place)


def find(program: Program, texts: str) -> Iterator[Finding]:
    """Options and commands that open something and that the help leaves out."""
    for start in program.chosen():
        where = program.follow(start)
        for call in where.trace.calls if where else ():
            name = where.names.get(call.at, "") if where else ""
            if where and name in ("getopt", "getopt_long", "getopt_long_only"):
                yield from _untold_options(program, where, call, name, texts)
    yield from _untold_commands(program, texts)


def _untold_options(
    program: Program, where: Followed, call: Call, name: str, texts: str
) -> Iterator[Finding]:
    given = list(options(program, call, name))
    long = {o.number for o in given if o.name.startswith("--")}
    for kind in (True, False):
        some = [o for o in given if o.name.startswith("--") == kind]
        told = {o.name for o in some if _told(o.name, texts)}
        if len(told) < FEWEST - 1 or len(told) < MOST_TOLD * len(some):
            continue
        for one in some:
            if one.name in told or (not kind and one.number in long):
                continue
            reached = _chosen(program, where, call, one.number)
            if reached.kind not in OPENS or reached.weight < effect.SURE:
                continue
            yield Finding(
                "undocumented option", one.name, round(0.3 + 0.3 * reached.weight, 3), False,
                f"the help names {len(told)} of {len(some)} such options, not this one, and only "
                f"it leads to: {reached.kind} ({reached.name})", one.at, where.start,
            )  # fmt: skip


def _told(option: str, texts: str) -> bool:
    """True where a text that is more than the option names it."""
    if option.startswith("--"):
        return rarity.told(option, texts)
    mark = re.escape(option[1])
    return re.search(rf"(^|[\s\[|,(/<]|\\t)-{mark}\b|\[-\w*{mark}\w*\]", texts, re.M) is not None


def _chosen(program: Program, where: Followed, call: Call, number: int) -> effect.Effect:
    """What only this answer of getopt leads to."""
    best = effect.NONE
    for branch in where.trace.branches:
        found, taken = pairs(branch.compared, branch.word)
        block = where.trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in found:
            if right == ("i", number) and ("call", call.at) in gate.roots(where, left):
                one = effect.edge(program, where, branch.block, *edges)
                best = max(best, one, key=lambda e: e.weight)
    return best


def tables(program: Program) -> list[list[Command]]:
    """Tables of commands: records of one size, each with a name and a function."""
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
    named = [_named(program, one, size) for one in found if len(one) >= FEWEST]
    return [one for one in named if one]


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


def _untold_commands(program: Program, texts: str) -> Iterator[Finding]:
    for some in tables(program):
        usual = Counter(c.texts for c in some).most_common(1)[0][0]
        told = {c.name for c in some if rarity.told(c.name, texts)}
        for one in some:
            near = program.near.get(one.function, {})
            kind = next((k for k in OPENS if near.get(k, 9) <= 1), None)
            if kind is None:
                continue
            bare = one.texts < usual and sum(c.texts < usual for c in some) * 4 <= len(some)
            left_out = one.name not in told and len(told) >= max(FEWEST - 1, MOST_TOLD * len(some))
            if not bare and not left_out:
                continue
            name = effect.named(program, one.function, kind)
            weight = capability.WEIGHT[kind] * effect.FURTHER ** near[kind]
            because = (
                f"one of {len(some)} commands in a table, and the one of few without a help text"
                if bare else
                f"the help names {len(told)} of {len(some)} commands of a table, not this one"
            )  # fmt: skip
            yield Finding(
                "undocumented command", shortened(one.name),
                round((0.3 if bare else 0.2) + 0.3 * weight, 3), False,
                f"{because}; it {kind} ({name})", one.at, one.function,
            )  # fmt: skip
