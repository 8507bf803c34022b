"""Commands and options that a program takes: those that its own help leaves out.

That a help text
names most of them, and not one that opens something, is a sign; that it names none says nothing.

Spec: getopt_long(3) (struct option).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native import capability, effect, gate, rarity
from evenhand.native.command_table import tables
from evenhand.native.comparison import pairs
from evenhand.native.finding import Finding, shortened
from evenhand.native.held import Call
from evenhand.native.program import Followed, Program

OPTION_BYTES = 32  # struct option: name, has_arg, flag, val
MAX_OPTIONS = 500
HELP = ("-h", "-?", "-V", "-v", "--help", "--version", "--usage")
FEW_LEFT = 3  # left out at once: more, and the help is one that tells a part
SPARSE = 0.8  # of the strength then
HANDED_ON = 3  # commands of one function, which hands them on: none of them is its own
FEWEST = 3  # names that a help text has to tell
MOST_TOLD = 0.5  # of the names: fewer, and there is no help text to speak of
OPENS = ("runs a command", "changes privileges", "loads code")
OPTION = re.compile(r"[A-Za-z0-9][\w-]*$")


class Option(NamedTuple):
    """A long option, or a letter, and the number that getopt gives for it."""

    name: str
    number: int
    at: int


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
        share = SPARSE if sum(o.name not in told for o in some) > FEW_LEFT else 1.0
        for one in some:
            if one.name in told or (not kind and one.number in long) or one.name in HELP:
                continue
            reached = _chosen(program, where, call, one.number)
            if reached.kind not in OPENS or reached.weight < effect.SURE:
                continue
            strength = round(share * (0.3 + 0.3 * reached.weight), 3)
            yield Finding(
                "option left out of the help", one.name, strength, False,
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


def _untold_commands(program: Program, texts: str) -> Iterator[Finding]:
    for some in tables(program):
        if all(not _opens(program, c.function) for c in some):
            continue
        usual = Counter(c.texts for c in some).most_common(1)[0][0]
        told = {c.name for c in some if rarity.told(c.name, texts)}
        shared = Counter(c.function for c in some)
        for one in some:
            if shared[one.function] >= HANDED_ON:
                continue
            kind = _opens(program, one.function)
            if not kind or one.name in HELP or " " in one.name:
                continue
            bare = one.texts < usual and sum(c.texts < usual for c in some) * 4 <= len(some)
            left_out = one.name not in told and len(told) >= max(FEWEST - 1, MOST_TOLD * len(some))
            if not bare and not left_out:
                continue
            name = effect.named(program, one.function, kind)
            steps = program.near[one.function][kind]
            weight = capability.WEIGHT[kind] * effect.FURTHER**steps
            because = (
                f"one of {len(some)} commands in a table, and the one of few without a help text"
                if bare else
                f"the help names {len(told)} of {len(some)} commands of a table, not this one"
            )  # fmt: skip
            yield Finding(
                "command left out of the help", shortened(one.name),
                round((0.3 if bare else 0.2) + 0.3 * weight, 3), False,
                f"{because}; it {kind} ({name})", one.at, one.function,
            )  # fmt: skip


def _opens(program: Program, function: int) -> str:
    """The first of what opens something that a function does, itself or by what it calls."""
    near = program.near.get(function, {})
    return next((k for k in OPENS if near.get(k, 9) <= 1), "")
