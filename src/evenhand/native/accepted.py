"""Options, commands and connections that a program takes, with what each alone leads to.

Spec: getopt(3); evenhand.native.option_table, evenhand.native.command_table (tables).
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from evenhand.native import capability, command_table, effect, gate, rarity, switch
from evenhand.native.comparison import pairs
from evenhand.native.finding import Compared
from evenhand.native.held import Call
from evenhand.native.option_table import GETOPT, LETTERS, Option, declared, given
from evenhand.native.port import ports
from evenhand.native.program import Followed, Program

OPTION, COMMAND, PORT = "option", "command", "port"
OPENS = ("runs a command", "changes privileges", "loads code", switch.LEFT_OUT)
HANDED_ON = 3  # commands of one function
LISTENS = ("listen", "accept", "accept4")


class Accepted(NamedTuple):
    """An option or a command, what opens by it (empty: nothing known), and by what function."""

    kind: str
    name: str
    at: int
    function: int  # that asks for it, or that stands for it in a table
    opens: str = ""
    by: str = ""
    weight: float = 0.0
    told: bool = False  # by a text of the program that is more than the name
    hidden: bool = False  # said to be left out of the help
    group: tuple[int, bool] = (-1, False)  # the call or table, and whether it is a long one
    number: int = -1
    alias: str = ""  # another name of the same option

    @property
    def because(self) -> str:
        """What was seen, in words."""
        if self.kind == PORT:
            return "it listens on it"
        return f"only it leads to: {self.opens} ({self.by})" if self.opens else ""


def options(program: Program, texts: str) -> list[Accepted]:
    """What getopt and the tables of other libraries are asked for."""
    found: dict[tuple[str, int], Accepted] = {}
    for one in [*_asked(program, texts), *_declared(program, texts)]:
        known = found.get((one.name, one.group[0]))
        if known is None or one.weight > known.weight:
            found[one.name, one.group[0]] = one
    names: dict[tuple[int, int], list[str]] = {}
    for one in found.values():
        names.setdefault((one.group[0], one.number), []).append(one.name)
    return [
        one._replace(alias=next((n for n in names[one.group[0], one.number] if n != one.name), ""))
        if one.number > 0 else one
        for one in found.values()
    ]  # fmt: skip


def _asked(program: Program, texts: str) -> Iterator[Accepted]:
    starts = {s for n in GETOPT for s, _ in program.functions.callers.get(n, ())}
    own = set() if starts else {*program.chosen()}
    for start in sorted(starts | own):
        where = program.follow(start)
        for call in where.trace.calls if where else ():
            name = where.names.get(call.at, "") if where else ""
            if where is None or (name not in GETOPT and not _own(program, call, name)):
                continue
            known = switch.case_of(program, where, call)
            for option in given(program, call, name or "getopt"):
                reached = _chosen(program, where, call, option.number)
                reached = max(reached, known.get(option.number, effect.NONE), key=_weight)
                yield _made(option, start, reached, texts, call.at)


def _own(program: Program, call: Call, name: str) -> bool:
    """True where a program's own function is called as getopt is."""
    if name or call.tail or call.arguments[2] is None or call.arguments[2][0] != "a":
        return False
    letters = program.text(call.arguments[2]) or ""
    told = [c for c in letters if c.isalnum()]
    return ":" in letters and LETTERS.match(letters) is not None and len({*told}) == len(told)


def _declared(program: Program, texts: str) -> Iterator[Accepted]:
    for option in declared(program):
        reached = effect.NONE
        kind = opening(program, option.function)
        if kind:
            name = effect.named(program, option.function, kind)
            steps = program.near[option.function][kind]
            weight = capability.WEIGHT[kind] * effect.FURTHER**steps
            reached = effect.Effect(weight, kind, name, False)
        yield _made(option, option.function, reached, texts, -1)


def _made(option: Option, start: int, reached: effect.Effect, texts: str, group: int) -> Accepted:
    listens = reached.name in LISTENS
    sure = reached.kind in OPENS and reached.weight >= effect.SURE
    kind = "listens" if listens else reached.kind if sure else ""
    return Accepted(
        OPTION, option.name, option.at, start, kind, reached.name if kind else "",
        round(reached.weight, 3) if kind else 0.0, told(option.name, texts), option.hidden,
        (group, option.name.startswith("--")), option.number,
    )  # fmt: skip


def _weight(one: effect.Effect) -> float:
    return one.weight


def _chosen(program: Program, where: Followed, call: Call, number: int) -> effect.Effect:
    """What only this answer of getopt leads to."""
    best = effect.NONE
    for branch in where.trace.branches:
        found, taken = pairs(branch.compared, branch.word)
        block = where.trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in found:
            if right == ("i", number) and ("call", call.at) in gate.roots(where, left):
                only = where.trace.flow.before(call.block, *edges)
                best = max(best, switch.leads_to(program, where, only), key=_weight)
    return best


def told(option: str, texts: str) -> bool:
    """True where a text that is more than the option names it."""
    if option.startswith("--"):
        return rarity.told(option, texts)
    return option[1:] in _letters(texts)


@functools.lru_cache(maxsize=1)  # of the program that is looked into
def _letters(texts: str) -> frozenset[str]:
    """The letters that the texts of a program name as options, alone or several in brackets."""
    alone = re.findall(r"(?:^|[\s\[|,(/<]|\\t)-(\w)\b", texts, re.M)
    return frozenset(alone).union(*re.findall(r"\[-(\w*)\]", texts))


def compared(found: list[Compared], texts: str) -> Iterator[Accepted]:
    """Arguments of the command line that are compared with a text that looks like an option."""
    for one in found:
        if one.source != "argv" or not one.constant.startswith("-") or len(one.constant) < 2:
            continue
        kind = capability.kind_of(one.effect) or ""
        opens = "listens" if one.effect in LISTENS else kind if kind in OPENS else ""
        weight = capability.WEIGHT[kind] if opens else 0.0
        yield Accepted(OPTION, one.constant, one.at, -1, opens, one.effect if opens else "", weight,
                       told(one.constant, texts))  # fmt: skip


def commands(program: Program, texts: str) -> Iterator[Accepted]:
    """What stands in tables of commands."""
    for number, some in enumerate(command_table.tables(program)):
        shared = Counter(c.function for c in some)
        for one in some:
            # a function of many commands hands them on: what it opens is none of one's own
            own = shared[one.function] < HANDED_ON
            kind = opening(program, one.function) if own else ""
            steps = program.near[one.function][kind] if kind else 0
            yield Accepted(
                COMMAND, one.name, one.at, one.function, kind,
                effect.named(program, one.function, kind) if kind else "",
                round(capability.WEIGHT[kind] * effect.FURTHER**steps, 3) if kind else 0.0,
                rarity.told(one.name, texts), group=(number, False),
            )  # fmt: skip


def listened(program: Program, texts: str) -> Iterator[Accepted]:
    """Ports that are constants of the program; told where a text of it names the number."""
    for start in sorted({s for s, _ in program.functions.callers.get("listen", ())}):
        where = program.follow(start)
        for number in ports(program, where) if where else ():
            named = re.search(rf"(?<![\w.]){number}(?![\w.])", texts) is not None
            yield Accepted(PORT, str(number), start, start, "listens", "listen",
                           capability.WEIGHT["uses the network"], named)  # fmt: skip


def opening(program: Program, function: int) -> str:
    """The first of what opens something that a function does, itself or by what it calls."""
    near = program.near.get(function, {})
    return next((k for k in OPENS if near.get(k, 9) <= 1), "")
