"""Bytes that a program holds, compared one by one with input, where the outcome is put together.

`wrong |= (given[i] ^ 0x5a) != kept[i]` has no branch of its own: what was gathered decides after
the loop, or after vectors of sixteen bytes. Which edge is "equal" is not known.

Spec: none; over the values of `values`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from evenhand.native import capability, channel, effect, origin
from evenhand.native.comparison import Match
from evenhand.native.constants import SHORTEST, counted, table
from evenhand.native.finding import Compared, Finding
from evenhand.native.flow import members
from evenhand.native.held import MASK, Gathered, Trace, Value, moved
from evenhand.native.program import Followed, Program

FURTHEST = 12  # blocks from the comparison to the branch that it decides
MOST_BYTES = 64
WORTH, UNSEEN, FILE = 0.65, 0.85, 0.6  # of the strength; unseen: where input comes from
RETURNED: Value = ("gathered",)
NAMED = 8  # bytes that name an array: where it ends is not told
LEAST = 0.2  # of an effect
LEAST_KINDS = 5  # different bytes: fewer are a mask, a key of one byte, a bound


def find(program: Program, where: Followed) -> Iterator[tuple[Finding | None, Compared]]:
    """Every such comparison of one function, with a finding where it leads to something."""
    if not where.trace.gathered:
        return
    for match in matches(where.trace, program):
        reached = effect.of(program, where, match)
        source = origin.of(program, where, match.input) if reached.weight > LEAST else ""
        one = None
        if reached.weight > LEAST and (source in capability.OUTSIDE or not source):
            strength = WORTH * (0.3 + 0.7 * reached.weight) * (1.1 if source else UNSEEN)
            if channel.local(program, where, source):
                strength *= FILE
            come = f"input from {source} is" if source else "bytes are"
            led = f"{reached.kind} ({reached.name})" if reached.name else reached.kind
            because = (f"{come} compared one by one with bytes that the program holds, and the "
                       f"outcome is put together; it decides: {led}")  # fmt: skip
            one = Finding("fixed secret", match.constant, round(strength, 3), False, because,
                          match.at, where.start)  # fmt: skip
        yield one, Compared(match.constant, reached.name, source, WORTH, match.at)


def matches(trace: Trace, program: Program) -> Iterator[Match]:
    """What is compared so, each text once, with the branch or the return that it decides."""
    seen: set[bytes] = set()
    branches = {b.block for b in trace.branches}
    for one, raw, given in [*_arrays(trace, program), *_unrolled(trace)]:
        if raw in seen or not SHORTEST < len(raw) <= MOST_BYTES or len(set(raw)) < LEAST_KINDS:
            continue
        block = _decided(trace, one, branches)
        if block < 0:
            continue
        seen.add(raw)
        edges = trace.flow.edges(block) if block in branches else ()
        edges = edges if len(edges) == 2 else (-1, -1)
        told = f"(bytes, {hashlib.sha256(raw[:NAMED]).hexdigest()[:8]})"
        yield Match(one.at, block, *edges, told, "gathered", given, either=True,
                    returned=None if edges[0] >= 0 else RETURNED)  # fmt: skip


def _arrays(trace: Trace, program: Program) -> Iterator[tuple[Gathered, bytes, Value]]:
    """Arrays that are gone through in a loop, and vectors."""
    for one in trace.gathered:
        for held, given in ((one.right, one.left), (one.left, one.right)):
            if held is None or given is None or given[0] == "i":
                continue
            if table(given) >= 0 and (counted(given) or not counted(held)):
                continue
            if held[0] == "i" and held[1] > MASK:
                yield one, int(held[1]).to_bytes(16, "little"), given
            elif held[0] == "load" and held[2] == 1:
                first = _first(held)
                raw = program.constants.array(held, first)
                yield one, raw[: program.extent(table(held) + first)], given


def _first(held: Value) -> int:
    """The number that the index of an array starts with."""
    return int(held[1][3][2][1]) if held is not None and counted(held) else 0


def _unrolled(trace: Trace) -> Iterator[tuple[Gathered, bytes, Value]]:
    """Bytes that follow each other, each compared with a number of its own."""
    rows: dict[Value, dict[int, tuple[int, Gathered]]] = {}
    for one in trace.gathered:
        if one.right is None or one.right[0] != "i" or not 0 < one.right[1] < 256:
            continue
        place = _place(one.left)
        if place is not None:
            rows.setdefault(place[0], {})[place[1]] = (int(one.right[1]), one)
    for base, found in rows.items():
        first = min(found)
        if len(found) >= LEAST_KINDS and max(found) - first < MOST_BYTES:
            last = max((one for _, one in found.values()), key=lambda o: o.at)
            raw = bytes(found[n][0] for n in sorted(found))
            yield last, raw, ("load", moved(base, first), 1)


def _place(value: Value) -> tuple[Value, int] | None:
    """Where a byte was loaded from, whatever was added to it since: a base, and how far on."""
    while value is not None and value[0] == "op" and value[1] in ("^", "+", "-", "&"):
        value = value[2]
    if value is None or value[0] != "load" or value[2] != 1 or value[1] is None:
        return None
    at = value[1]
    if at[0] in ("s", "a"):
        return (at[0], 0), int(at[1])
    if at[:2] == ("op", "+") and at[3] is not None and at[3][0] == "i":
        return at[2], int(at[3][1])
    return at, 0


def _decided(trace: Trace, one: Gathered, branches: set[int]) -> int:
    """The first branch or return after the loop that an array is gone through in; -1: none."""
    flow, block, inside = trace.flow, one.block, 0
    for head, body in flow.loops.items():
        if body >> block & 1 and (_turns(one.left, head) or _turns(one.right, head)):
            inside = body
    left = {n for b in members(inside) for n in flow.edges(b) if not inside >> n & 1}
    todo, seen = sorted(left, key=flow.rank.__getitem__) if inside else [block], 0
    for _ in range(FURTHEST):
        if not todo:
            return -1
        current = todo.pop(0)
        if seen >> current & 1:
            continue
        seen |= 1 << current
        following = flow.edges(current)
        if len(following) == 2 or current in trace.returned:
            return current if current in branches or current in trace.returned else -1
        todo += [b for b in following if flow.rank[b] > flow.rank[current]]
    return -1


def _turns(value: Value, head: int) -> bool:
    """True where a value changes in the loop that begins at a block."""
    if value is None or value[0] not in ("phi", "op", "load"):
        return False
    if value[0] == "phi":
        return bool(value[1][0] == head)
    return any(_turns(v, head) for v in (value[2:4] if value[0] == "op" else value[1:2]))
