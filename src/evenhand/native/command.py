"""Commands and options that a program takes: those that its own help leaves out.

That a help text
names most of them, and not one that opens something, is a sign; that it names none says nothing.

Spec: getopt_long(3) (struct option).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from evenhand.native import capability, effect, rarity
from evenhand.native.accepted import HANDED_ON, Accepted, opening
from evenhand.native.command_table import tables
from evenhand.native.finding import Finding, shortened
from evenhand.native.program import Program

HELP = ("-h", "-?", "-V", "-v", "--help", "--version", "--usage")
FEW_LEFT = 3  # left out at once: more, and the help is one that tells a part
SPARSE = 0.8  # of the strength then
FEWEST = 3  # names that a help text has to tell
MOST_TOLD = 0.5  # of the names: fewer, and there is no help text to speak of


def find(program: Program, texts: str, taken: list[Accepted]) -> Iterator[Finding]:
    """Options and commands that open something and that the help leaves out."""
    groups: dict[tuple[int, bool], list[Accepted]] = {}
    for one in taken:
        groups.setdefault(one.group, []).append(one)
    for group, some in groups.items():
        yield from _untold_options(some, {o.number for o in groups.get((group[0], True), ())})
    yield from _untold_commands(program, texts)


def _untold_options(some: list[Accepted], long: set[int]) -> Iterator[Finding]:
    told = {o.name for o in some if o.told}
    if len(told) < FEWEST - 1 or len(told) < MOST_TOLD * len(some):
        return
    share = SPARSE if sum(o.name not in told for o in some) > FEW_LEFT else 1.0
    for one in some:
        short = not one.name.startswith("--")
        if one.told or not one.opens or one.name in HELP or (short and one.number in long):
            continue
        yield Finding(
            "option left out of the help", one.name, round(share * (0.3 + 0.3 * one.weight), 3),
            False, f"the help names {len(told)} of {len(some)} such options, not this one, and "
            f"only it leads to: {one.opens} ({one.by})", one.at, one.function,
        )  # fmt: skip


def _untold_commands(program: Program, texts: str) -> Iterator[Finding]:
    for some in tables(program):
        if all(not opening(program, c.function) for c in some):
            continue
        usual = Counter(c.texts for c in some).most_common(1)[0][0]
        told = {c.name for c in some if rarity.told(c.name, texts)}
        shared = Counter(c.function for c in some)
        for one in some:
            if shared[one.function] >= HANDED_ON:
                continue
            kind = opening(program, one.function)
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
