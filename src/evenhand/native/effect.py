"""What one edge of a branch leads to and the other does not: the effect of a comparison.

Spec: none; weights order what is told, they prove nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from evenhand.native import capability, command_table, gate, left_out
from evenhand.native.comparison import Match, answered
from evenhand.native.constants import table
from evenhand.native.flow import members
from evenhand.native.held import Call, Value
from evenhand.native.outcome import results
from evenhand.native.program import Followed, Program

MODULE = "pam_sm_authenticate"
FURTHER = 0.85  # of the weight for each call in between
SKIPS = 0.9  # of the weight, where another way leads there as well, on a condition
RETURNS, SETS = 0.15, 0.15
ENDS = 0.4
LATER = 0.9  # of the weight, where a number that is kept decides later
INSTEAD, PLAIN, NUMBER = 0.8, 0.6, 0.4  # of a check: with crypt, of texts, of anything else
LEFT_OUT = 0.7
SURE = 0.8
DEEPEST = 3
CONDITIONS = 2  # besides "equal", that a way in may depend on
NOTHING_NEW = 0.7  # of the weight of what so many of its functions lead to
PASSED = ("X509_STORE_CTX_set_error", "SSL_set_verify_result")  # X509_V_OK for what is wrong
SHOWS = 0.8  # a file of secrets, by a function of its own
SECRET_PLACES = ("/etc/shadow", "/etc/passwd", "authorized_keys", "/etc/sudoers", "/bin/sh",
                 "/bin/bash", "/etc/ld.so.preload", "/dev/mem")  # fmt: skip


class Effect(NamedTuple):
    """What is reached: how weighty it is, in words, and by what name."""

    weight: float
    kind: str  # of `capability.KINDS`, "returns", "sets a flag" or ""
    name: str  # function of a library, or the number that is returned
    direct: bool  # in the same function, or by what it returns to its only caller
    call: Call | None = None


NONE = Effect(0.0, "", "", False)


def of(program: Program, where: Followed, match: Match, deep: int = 0) -> Effect:
    """The weightiest effect that "equal" alone leads to."""
    if match.equal < 0 or match.other < 0:
        return _by_return(program, where, match, deep) if match.returned else NONE
    ways = [(match.equal, match.other)]
    if match.either:
        ways.append((match.other, match.equal))
    best = NONE
    for wanted, other in ways:
        best = max(best, edge(program, where, match.block, wanted, other), key=_weight)
        if best.weight < INSTEAD:
            best = max(best, _instead(program, where, match, wanted, other), key=_weight)
        name = (
            left_out.asked(program, where, match, wanted, other) if best.weight < LEFT_OUT else ""
        )
        if name:
            best = Effect(LEFT_OUT, "leaves out a check", name, True)
    if best.weight < 0.9 and deep < DEEPEST:
        best = max(best, _by_return(program, where, match, deep), key=_weight)
    return best


def ends(where: Followed, match: Match) -> Effect:
    """That the program ends where "equal", and only there."""
    alone = where.trace.flow.alone(match.block, match.equal, match.other)
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if alone >> call.block & 1 and name in left_out.STOPS:
            return Effect(ENDS, "ends the program", name, True, call)
    return NONE


def edge(
    program: Program, where: Followed, branch: int, wanted: int, other: int, later: bool = True
) -> Effect:
    """The weightiest effect that one edge of a branch leads to and the other does not."""
    asked = where.start, branch, wanted, other, later
    known = program.edges.get(asked)
    if known is None:
        known = program.edges[asked] = _edge(program, where, branch, wanted, other, later)
    return known


def _edge(
    program: Program, where: Followed, branch: int, wanted: int, other: int, later: bool
) -> Effect:
    flow = where.trace.flow
    alone = flow.alone(branch, wanted, other)
    skipped = flow.skipped(wanted, other) & ~alone
    best = NONE
    either = alone | skipped
    heaviest, able = 0.0, None
    for call, weight in _weights(program, where):
        if either >> call.block & 1:
            if skipped >> call.block & 1:
                weight *= SKIPS
            if weight > heaviest:
                heaviest, able = weight, call
    if able is not None:
        best = of_call(program, where, able)._replace(weight=heaviest)
    for stored in where.trace.stored:
        value, place = stored.value, stored.place
        if (
            alone >> stored.block & 1
            and place is not None
            and (value is not None and value[0] == "i" and value[1] in gate.FLAGS)
        ):
            best = max(best, Effect(SETS, "sets a flag", "", False), key=_weight)
            if place[0] == "a" and later and best.weight < SURE:
                best = max(best, opened(program, place[1], value[1]), key=_weight)
    if later and best.weight < SURE:
        touched = flow.alone(branch, other, wanted) | alone | skipped
        for key, number in gate.numbers(program, where, branch, wanted).items():
            if gate.decided(where, key, touched):
                found = gate.tests_of(program, where).get(key, ())
                best = max(best, turned(program, where, found, number, branch), key=_weight)
        for address, number in gate.left_behind(program, where, branch, wanted):
            best = max(best, opened(program, address, number), key=_weight)
        for key in gate.cleared(program, where, branch, other):
            if gate.decided(where, key, touched):  # the other way takes something away
                found = gate.tests_of(program, where).get(key, ())
                best = max(best, turned(program, where, found, 1, branch), key=_weight)
    return best


def _weights(program: Program, where: Followed) -> list[tuple[Call, float]]:
    """The calls of a function that can do anything, each with its weight."""
    known = program.weights.get(where.start)
    if known is None:
        every = ((c, of_call(program, where, c, told=False).weight) for c in where.trace.calls)
        known = program.weights[where.start] = [one for one in every if one[1] > 0]
    return known


def turned(
    program: Program, where: Followed, tests: Iterable[gate.Test], number: int, but: int = -1
) -> Effect:
    best = NONE
    for test in tests:
        if test.block == but or (test.number != 0 and test.number != number):
            continue
        ways = (test.equal, test.other) if test.number else (test.other, test.equal)
        one = edge(program, where, test.block, *ways, later=False)
        one = one._replace(weight=one.weight * LATER, direct=False)
        best = max(best, one, key=_weight)
    return best


def opened(program: Program, address: int, number: int) -> Effect:
    """What a number leads to that was kept where every function sees it."""
    if program.flags is None:
        program.flags = {}
        for start in program.chosen():
            where = program.follow(start)
            for key, found in (gate.tests_of(program, where) if where else {}).items():
                if isinstance(key, int):
                    program.flags.setdefault(key, []).append((start, found))
    best = NONE
    for start, found in program.flags.get(address, ())[:8]:
        where = program.follow(start)
        if where is not None:
            best = max(best, turned(program, where, found, number), key=_weight)
    return best


def _instead(
    program: Program, where: Followed, match: Match, equal: int, other: int, deep: int = 0,
    listed: bool = False,
) -> Effect:  # fmt: skip
    """A real check that "equal" passes by, with the same outcome; perhaps on one more condition.

    `listed`: not a check, but a look-up in a table.
    """
    if match.input is None or not gate.checks_of(program, where, listed):
        return NONE
    one = gate.stands_in(program, where, match, equal, other, listed)
    if one is not None:
        alike = one.name != "number" or not match.is_text
        weight = INSTEAD if one.authenticates else PLAIN if alike else NUMBER
        return Effect(weight, "stands in for a check", one.name, False)
    flow, best = where.trace.flow, NONE
    last, only = gate.last(where, equal), flow.alone(match.block, equal, other)
    if deep < CONDITIONS and only >> last & 1 and len(set(flow.edges(last))) == 2:
        more = replace(match, block=last)
        first, second = flow.edges(last)
        for yes, no in ((first, second), (second, first)):
            best = max(best, _instead(program, where, more, yes, no, deep + 1, listed),
                       key=_weight)  # fmt: skip
    return best


def looked_up(program: Program, where: Followed, match: Match) -> bool:
    """True where "equal" is one more word beside those of a table, with the same outcome."""
    if not match.is_text or match.equal < 0 or match.other < 0:
        return False
    found = _instead(program, where, match, match.equal, match.other, listed=True)
    return found is not NONE


def of_call(program: Program, where: Followed, call: Call, told: bool = True) -> Effect:
    """What one call can do, by itself or through what it calls; `told`: by what name, too."""
    name = where.names.get(call.at)
    if name is not None:
        if name in PASSED and call.arguments[1] == ("i", 0):
            return Effect(INSTEAD, "passes a check", name, True, call)
        kind = capability.kind_of(name)
        if kind is None:
            return NONE
        weight = capability.WEIGHT[kind]
        if kind in ("opens files", "changes files"):
            if any((t := program.text(a)) and t.endswith(SECRET_PLACES) for a in call.arguments):
                weight = 0.9
            elif kind == "changes files" and ("i", 0o4755) in call.arguments:
                weight = 0.95
        return Effect(weight, kind, name, True, call)
    targets = [call.target]
    if call.target < 0 and call.pointer is not None:
        targets = command_table.through(program, table(call.pointer))
    best, by = NONE, -1
    for target in targets:
        for kind, steps in program.near.get(target, {}).items():
            weight = capability.WEIGHT[kind] * FURTHER ** (steps + 1)
            if kind in program.everywhere:
                weight *= NOTHING_NEW
            if weight > best.weight:
                best, by = Effect(weight, kind, "", False, call), target
    opens = best.weight < SHOWS and "opens files" in program.near.get(call.target, {})
    if opens and any((t := program.text(a)) and t.endswith(SECRET_PLACES) for a in call.arguments):
        return Effect(SHOWS, "opens files", named(program, call.target, "opens files"), False)
    return best._replace(name=named(program, by, best.kind)) if told and by >= 0 else best


def named(program: Program, start: int, kind: str) -> str:
    """A function of a library that does this, the nearest one that `start` calls."""
    known = program.nearest.get((start, kind))
    if known is None:
        known = program.nearest[start, kind] = _nearest(program, start, kind)
    return known


def _nearest(program: Program, start: int, kind: str) -> str:
    seen, todo = {start}, deque([start])
    while todo:
        current = todo.popleft()
        for _, callee in program.functions.calls.get(current, ()):
            if isinstance(callee, str):
                if capability.kind_of(callee) == kind:
                    return callee
            elif callee not in seen and len(seen) < 400:
                seen.add(callee)
                todo.append(callee)
    return ""


def _by_return(program: Program, where: Followed, match: Match, deep: int) -> Effect:
    """What callers do with what the function returns where the comparison is equal."""
    convention = program.functions.machine.convention
    truth: bool | None = None  # whether what is returned is other than zero
    number: Value = None
    if match.returned is not None:
        truth = _truth(match)
    elif match.either:
        truth = None
    else:
        mine = results(where.trace, convention, match.block, match.equal)
        if len(mine) != 1 or None in mine:
            return NONE
        (number,) = mine
        if number is None or number[0] != "i":
            return NONE
        if mine == results(where.trace, convention, match.block, match.other):
            return NONE
        truth = number[1] != 0
    best = NONE
    if number is not None:
        best = Effect(RETURNS, "returns", str(number[1]), False)
        if number[1] == 0 and program.image.exported.get(MODULE) == where.start:
            best = Effect(INSTEAD, "authenticates", "returns 0", True)
        elif _checks(program, where, match):
            best = Effect(0.7, "authenticates", f"returns {number[1]}", True)
    callers = program.functions.callers.get(where.start, [])
    for caller, site in callers[:4]:
        there = program.follow(caller)
        if there is None or deep >= DEEPEST:
            continue
        for branch, right, taken in answered(there.trace, site):
            edges = there.trace.flow.blocks[branch.block]
            same, differs = (edges.taken, edges.next) if taken else (edges.next, edges.taken)
            one = NONE
            for wanted, other in _ways(truth, number, right, same, differs):
                following = replace(match, block=branch.block, equal=wanted, other=other,
                                    either=False, returned=None)  # fmt: skip
                one = max(one, of(program, there, following, deep + 1), key=_weight)
            share = 1.0 if len(callers) == 1 else FURTHER
            alone = one.direct and len(callers) == 1
            one = one._replace(weight=one.weight * share, direct=alone)
            best = max(best, one, key=_weight)
        again = _passed_on(there, site)
        if again is not None:
            passed = replace(match, block=again, equal=-1, other=-1, either=True,
                             returned=("call", site, 0))  # fmt: skip
            one = _by_return(program, there, passed, deep + 1)
            one = one._replace(weight=one.weight * FURTHER, direct=False)
            best = max(best, one, key=_weight)
    return best


def _weight(one: Effect) -> float:
    return one.weight


def _ways(
    truth: bool | None, number: Value, right: Value, same: int, differs: int
) -> list[tuple[int, int]]:
    """Edges that are taken for a result, and the other one; `same` where it equals `right`.

    `truth` says whether the result is other than zero, where that is known, `number` which.
    """
    if truth is None:
        return [(same, differs), (differs, same)]
    if number is not None:
        return [(same, differs) if number == right else (differs, same)]
    if right == ("i", 0):
        return [(differs, same) if truth else (same, differs)]
    return []


def _truth(match: Match) -> bool | None:
    """Whether a comparison that is returned gives other than zero where it is equal."""
    value = match.returned
    if match.either or value is None:
        return None
    if value[0] == "flag":
        return bool(value[1] == "eq")
    return False


def _passed_on(there: Followed, site: int) -> int | None:
    """The block in which a caller returns what it was given, as it is."""
    for block, value in there.trace.returned.items():
        if value is not None and value[:2] == ("call", site):
            return block
    return None


def passes(program: Program, where: Followed, match: Match) -> bool:
    """True where "equal" makes a function return one number, and else a real check decides."""
    if match.equal < 0 or match.either or not _checks(program, where, match):
        return False
    convention = program.functions.machine.convention
    mine = results(where.trace, convention, match.block, match.equal)
    others = results(where.trace, convention, match.block, match.other)
    if len(mine) != 1 or mine == others:
        return False
    (number,) = mine
    if number is None or number[0] != "i":
        return False
    if program.image.exported.get("pam_sm_authenticate") == where.start:
        return bool(number[1] == 0)  # PAM_SUCCESS
    reached = of(program, where, match)
    return reached.kind in ("runs a command", "changes privileges") and reached.weight >= SURE


def _checks(program: Program, where: Followed, match: Match) -> bool:
    """True where the way round the equal edge checks by other means: it is skipped."""
    alone = where.trace.flow.alone(match.block, match.other, match.equal)
    blocks = set(members(alone))
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if call.block in blocks and call.at != match.at:
            if capability.kind_of(name) == "authenticates":
                return True
            if not name and "authenticates" in program.near.get(call.target, {}):
                return True
    return False
