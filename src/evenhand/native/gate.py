"""Gates: numbers that are kept and open something later, and the real checks of a program.

A secret seldom opens a door at once. It sets `logged_in`, or it gives what the check of the real
password would have given.

Spec: none; over the values of `values`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from evenhand.native import capability
from evenhand.native.code import SET
from evenhand.native.comparison import Match, pairs
from evenhand.native.comparison import decided as decided_by
from evenhand.native.constants import table
from evenhand.native.flow import members
from evenhand.native.held import REGISTER, SLOT, Compared, Value
from evenhand.native.outcome import end, leaves, results
from evenhand.native.program import Followed, Program

DEEPEST = 4
BUFFER_BYTES = 256
MOST = 400  # checks and tests of one function
FLAGS = range(1, 256)


class Test(NamedTuple):
    """A branch that a number decides which was kept before."""

    block: int
    number: int  # that it is compared with
    equal: int
    other: int


class Check(NamedTuple):
    """A comparison with something that is no constant, or a call of a function that has one."""

    block: int
    at: int
    values: tuple[Value, ...]
    authenticates: bool
    name: str
    equal: int = -1  # edges, -1 where its outcome is kept or returned
    other: int = -1
    kept: tuple[int, int] | None = None  # where its outcome is kept
    gives: Value = None  # what the function returns where it is equal
    either: bool = False
    listed: bool = False  # with texts of a table that the program holds: it looks one up


def tests(where: Followed) -> dict[tuple[int, int] | int, list[Test]]:
    """By register, place on the stack or address: the branches that what is kept there decides."""
    found: dict[tuple[int, int] | int, list[Test]] = {}
    for branch, given, taken in decided_by(where.trace):
        block = where.trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in given:
            key = _key(left)
            if key is not None and right is not None and right[0] == "i":
                found.setdefault(key, []).append(Test(branch.block, right[1], *edges))
    kept = {k[1] for k in found if isinstance(k, tuple) and k[0] == REGISTER}
    for block in where.trace.flow.blocks if kept else ():
        # a register that another one is copied to
        for step in [s for s in block.steps if s[0] == SET and s[3] in kept]:
            if step.right[:1] == ("r",):
                copied = (REGISTER, int(step.right[1]))
                if copied[1] not in kept:
                    found[copied] = found[REGISTER, step.into]
    return found


def _key(value: Value) -> tuple[int, int] | int | None:
    if value is None:
        return None
    if value[0] == "phi":
        return int(value[1][1]), int(value[1][2])
    if value[0] == "load" and value[1] is not None:
        if value[1][0] == "s":
            return SLOT, int(value[1][1])
        if value[1][0] == "a":
            return int(value[1][1])
    return None


def checks(program: Program, where: Followed) -> list[Check]:
    """Every comparison of two things that are no constants, however its outcome is used."""
    found: list[Check] = []
    trace = where.trace
    for branch, given, taken in decided_by(trace):
        block = trace.flow.blocks[branch.block]
        edges = (block.taken, block.next) if taken else (block.next, block.taken)
        for left, right, _ in given:
            one = _check(program, where, branch.block, branch.at, left, right)
            if one is not None:
                turned = one.name in capability.EQUAL_IS_TRUE
                edge = edges[::-1] if turned else edges
                found.append(one._replace(equal=edge[0], other=edge[1]))
    for kept in trace.kept:
        if kept.value is not None and kept.value[0] == "flag":
            given, same = pairs(kept.value[2], kept.value[1])
            for left, right, _ in given:
                one = _check(program, where, kept.block, -1, left, right)
                if one is not None and same:
                    found.append(one._replace(kept=kept.key))
    for number, returned in trace.returned.items():
        for value in leaves(returned):
            found += _returned(program, where, number, value)
    return found[:MOST]


def _returned(program: Program, where: Followed, block: int, value: Value) -> list[Check]:
    """Comparisons whose outcome is returned as it is."""
    found = []
    given, same = pairs(Compared("test", value, value, 32), "eq")
    gives = ("i", int(not same)) if value is not None and value[0] == "flag" else ("i", 0)
    for left, right, _ in given:
        one = _check(program, where, block, -1, left, right)
        if one is not None:
            call = where.call(one.at)
            found.append(one._replace(gives=gives, block=call.block if call else block))
    return found


def _check(
    program: Program, where: Followed, block: int, at: int, left: Value, right: Value
) -> Check | None:
    if left is None or right is None:
        return None
    if right[0] != "i":
        if left[0] in ("i", "s", "a") or right[0] in ("s", "a"):
            return None
        return Check(block, at, (left, right), _crypts(where, left, right), "number")
    call = where.call(left[1]) if left[0] == "call" and right[1] == 0 else None
    if call is None:
        return None
    name = where.names.get(call.at, "")
    if name in capability.COMPARATORS or (not name and call.target in program.comparators):
        given = call.arguments[:2]
        if any(program.text(a) is not None for a in given):
            return None
        listed = any(_listed(program, a) for a in given)
        crypts = _crypts(where, *given)
        return Check(block, call.at, given, crypts, name or "own comparison", listed=listed)
    if name or call.target < 0:
        return None
    if "authenticates" in program.near.get(call.target, {}):
        return Check(block, call.at, call.arguments, True, "a function", either=True)
    return None


def _listed(program: Program, value: Value) -> bool:
    """True for a text out of a table that the program holds: it is looked up, not checked."""
    at = table(value) if value is not None and value[0] == "load" else -1
    pointed = program.image.pointers.get(at) if at >= 0 else None
    return pointed is not None and program.text(("a", pointed)) is not None


def _crypts(where: Followed, *values: Value) -> bool:
    """True where one of the two is what crypt or the like gave."""
    for value in values:
        if value is not None and value[0] == "call":
            name = where.names.get(value[1], "")
            if capability.kind_of(name) == "authenticates":
                return True
    return False


def roots(where: Followed, value: Value, deep: int = 0) -> frozenset[Value]:
    """What a value was made from: arguments, buffers, results of calls."""
    if value is None or deep > DEEPEST or value[0] in ("i", "flag"):
        return frozenset()
    known = where.roots.get((id(value), deep))
    if known is None:
        found = frozenset(_made_from(where, value, deep))
        known = where.roots[id(value), deep] = value, found  # kept, so that its id stays its own
    return known[1]


def _made_from(where: Followed, value: tuple[Any, ...], deep: int) -> set[Value]:
    found: set[Value] = {value[:2] if value[0] in ("phi", "call") else value}
    if value[0] in ("op", "phi"):
        found |= roots(where, value[2], deep + 1) | roots(where, value[3], deep + 1)
        if value[0] == "phi" and value[1][0] in where.trace.flow.loops:
            found |= _gone_through(where, value[1][0], deep + 1)
    elif value[0] == "load":
        found |= roots(where, value[1], deep + 1)
    elif value[0] == "call":
        call = where.call(value[1])
        name = where.names.get(value[1], "")
        if call is not None and name not in capability.FILLS and name not in capability.GIVES - {
            "crypt", "crypt_r"
        }:  # fmt: skip
            for given in call.arguments[:3]:
                found |= roots(where, given, deep + 1)
    return found


def _gone_through(where: Followed, head: int, deep: int) -> frozenset[Value]:
    """What the bytes were made from that are gone through in a loop."""
    known = where.roots.get((-1 - head, deep))
    if known is None:
        loop, found = where.trace.flow.loops[head], set[Value]()
        for block, place in where.trace.bytes if deep <= DEEPEST else ():
            if loop >> block & 1:
                found |= roots(where, place, deep)
        known = where.roots[-1 - head, deep] = None, frozenset(found)
    return known[1]


def _share(first: frozenset[Value], second: frozenset[Value]) -> bool:
    """True where two values were made from the same thing, or from the same buffer."""
    if first & second:
        return True
    return any(
        a is not None and b is not None and a[0] == b[0] == "s"
        and abs(a[1] - b[1]) < BUFFER_BYTES and a[1] != b[1] and min(a[1], b[1]) != 0
        for a in first for b in second if _start(a, b)
    )  # fmt: skip


def _start(one: Value, other: Value) -> bool:
    """Only a few bytes on, as `line + 5`: other variables lie on the stack as well."""
    return one is not None and other is not None and one[0] == other[0] == "s" and (
        0 < abs(one[1] - other[1]) < 16
    )  # fmt: skip


def stands_in(
    program: Program, where: Followed, match: Match, equal: int, other: int, listed: bool = False
) -> Check | None:
    """The real check, or the look-up in a table, that "equal" passes by with its outcome."""
    if equal < 0 or other < 0 or match.input is None:
        return None
    elsewhere = where.trace.flow.alone(match.block, other, equal)
    known = [
        one for one in checks_of(program, where, listed)
        if elsewhere >> one.block & 1 and one.at != match.at
    ]  # fmt: skip
    mine = roots(where, match.input) if known else frozenset()
    best: Check | None = None
    for one in known:
        if best and best.authenticates:
            continue
        anyhow = match.how == "presence" and one.authenticates
        theirs = frozenset[Value]().union(*(roots(where, v) for v in one.values))
        if (anyhow or _share(mine, theirs)) and same_outcome(
            program, where, match.block, equal, one
        ):
            best = one if best is None or one.authenticates else best
    return best


def checks_of(program: Program, where: Followed, listed: bool) -> list[Check]:
    """The checks of a function, or its look-ups in tables, worked out once."""
    known = program.checks.get(where.start)
    if known is None:
        every = checks(program, where)
        known = ([c for c in every if not c.listed], [c for c in every if c.listed])
        program.checks[where.start] = known
    return known[listed]


def same_outcome(program: Program, where: Followed, branch: int, equal: int, one: Check) -> bool:
    """True where the equal edge ends as the real check does where that is passed."""
    convention = program.functions.machine.convention
    trace = where.trace
    mine = results(trace, convention, branch, equal)
    fixed = len(mine) == 1 and all(v is not None and v[0] == "i" for v in mine)
    if one.gives is not None:
        if one.either:
            return fixed and mine <= {("i", 0), ("i", 1)}
        return mine == {one.gives}
    held = numbers(program, where, branch, equal)
    if one.kept is not None:
        return held.get(one.kept, 0) in FLAGS
    ways = [(one.equal, one.other)] + ([(one.other, one.equal)] if one.either else [])
    for good, bad in ways:
        if good < 0 or bad < 0:
            continue
        if fixed:
            passed = results(trace, convention, one.block, good)
            failed = results(trace, convention, one.block, bad)
            if mine <= passed and failed - passed and not (one.either and mine <= failed):
                return True
        straight = _sure(where, equal)
        shared = straight & _sure(where, good) & ~_sure(where, bad)
        if shared or _same_call(where, straight, one.block, good, bad):
            return True
        passed_by = numbers(program, where, one.block, good)
        failed_by = numbers(program, where, one.block, bad)
        for key, number in held.items():
            if passed_by.get(key) == number != failed_by.get(key):
                return True
    return False


def _same_call(where: Followed, straight: int, block: int, good: int, bad: int) -> bool:
    """True where a function of the program is called that is else called where a check is passed,
    and only there.
    """
    flow = where.trace.flow
    calls = [c for c in where.trace.calls if c.target >= 0]
    mine = {c.target for c in calls if straight >> c.block & 1}
    if not mine:
        return False
    passed, failed = flow.alone(block, good, bad), flow.reach[bad]
    mine &= {c.target for c in calls if passed >> c.block & 1}
    return bool(mine - {c.target for c in calls if failed >> c.block & 1})


def _sure(where: Followed, start: int) -> int:
    """Bit set of the blocks that follow without a branch."""
    found, block = 0, start
    while block >= 0 and not found >> block & 1:
        found |= 1 << block
        following = list(where.trace.flow.edges(block))
        block = following[0] if len(following) == 1 else -1
    return found


def numbers(
    program: Program, where: Followed, branch: int, edge: int
) -> dict[tuple[int, int], int]:
    """Numbers that decide something elsewhere and that an edge of a branch leaves behind."""
    tested = tests_of(program, where)
    if not tested:
        return {}
    state = end(where.trace, program.functions.machine.convention, branch, edge).state
    found: dict[tuple[int, int], int] = {}
    for kind, held in ((REGISTER, state.registers), (SLOT, state.stack)):
        for place, value in held.items():
            a_flag = value is not None and value[0] == "i" and value[1] in FLAGS
            if a_flag and value is not None and (kind, place) in tested:
                found[kind, place] = value[1]
    return found


def left_behind(program: Program, where: Followed, branch: int, edge: int) -> list[tuple[int, int]]:
    """Addresses and the numbers put there on an edge of a branch, but not on every way."""
    stored = end(where.trace, program.functions.machine.convention, branch, edge).stored
    if not stored:
        return []
    differ = {s.at for s in where.trace.stored if s.value is None or s.value[0] != "i"}
    return [
        (int(s.place[1]), int(s.value[1])) for s in stored
        if s.at in differ and s.place is not None and s.place[0] == "a"
        and s.value is not None and s.value[0] == "i" and s.value[1] in FLAGS
    ]  # fmt: skip


def cleared(program: Program, where: Followed, branch: int, edge: int) -> list[tuple[int, int]]:
    """What decides something elsewhere and is nothing after an edge of a branch, but was not."""
    tested = tests_of(program, where)
    if not tested:
        return []
    before = where.trace.after.get(branch)
    state = end(where.trace, program.functions.machine.convention, branch, edge).state
    found = []
    for key in tested:
        if isinstance(key, tuple) and before is not None:
            then, now = (
                (s.registers if key[0] == REGISTER else s.stack).get(key[1])
                for s in (before, state)
            )
            if now == ("i", 0) and then is not None and then != now:
                found.append(key)
    return found


def last(where: Followed, start: int) -> int:
    """The block in which what follows without a branch ends."""
    return max(members(_sure(where, start)), key=lambda b: where.trace.flow.rank[b])


def tests_of(program: Program, where: Followed) -> dict[tuple[int, int] | int, list[Test]]:
    """The same as `tests`, worked out once."""
    known = program.tests.get(where.start)
    if known is None:
        known = program.tests[where.start] = tests(where)
    return known


def decided(where: Followed, key: tuple[int, int], blocks: int) -> bool:
    """True where something is kept there in one of the blocks."""
    if key[0] == SLOT:
        return any(k.key == key and blocks >> k.block & 1 for k in where.trace.kept)
    steps = where.trace.flow.blocks
    return any(s.into == key[1] for b in members(blocks) for s in steps[b].steps)
