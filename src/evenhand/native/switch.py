"""A number that a table of jumps is asked for: where each case begins, and what it alone leads to.

What compilers make of `switch`: an array of 32-bit distances from its own start, asked after one
comparison of the number, less the smallest case, with the size of the array.

Spec: psABI x86-64 1.0 (§ 3.5.5, position-independent code); none for what compilers write.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability, effect, gate
from evenhand.native.held import REGISTER, Call, Value
from evenhand.native.program import Followed, Program

MOST_CASES = 512
ENTRY_BYTES = 4
SIGN = 1 << 31
LARGEST = 48  # blocks: more, and a call that never comes back hid where the case ends
LEFT_OUT = "leaves out a check"
LEFT_OUT_WEIGHT = 0.8


def cases(program: Program, where: Followed, call: Call) -> dict[int, int]:
    """Each number that a call's answer is told apart by in a table of jumps → block of its case."""
    found: dict[int, int] = {}
    flow = where.trace.flow
    number = {block.steps[0].at: n for n, block in enumerate(flow.blocks)}
    for jump in where.trace.calls:
        if not jump.tail or jump.pointer is None or jump.pointer[0] != "op":
            continue
        base = next(_addresses(jump.pointer), None)
        bound = _bound(where, call, jump.block)
        if base is None or bound is None:
            continue
        low, count = bound
        raw = program.image.fixed(base, ENTRY_BYTES * count)
        for place in range(len(raw) // ENTRY_BYTES):
            step = int.from_bytes(raw[ENTRY_BYTES * place :][:ENTRY_BYTES], "little")
            block = number.get(base + step - (step & SIGN) * 2)
            if block is not None:
                found[low + place] = block
    return found


def _addresses(value: Value, deep: int = 0) -> Iterator[int]:
    """Fixed addresses that a value is put together of."""
    if value is None or deep > 4:
        return
    if value[0] == "a":
        yield value[1]
    for part in value[1:]:
        if isinstance(part, tuple):
            yield from _addresses(part, deep + 1)


def _bound(where: Followed, call: Call, block: int) -> tuple[int, int] | None:
    """The smallest case and how many entries follow, by the comparison before the jump."""
    for branch in where.trace.branches:
        compared = branch.compared
        if compared is None or compared.right is None or compared.right[0] != "i":
            continue
        if block not in where.trace.flow.edges(branch.block):
            continue
        size, low = compared.right[1] & 0xFFFFFFFF, _low(compared.left, call)
        if low is not None and size < MOST_CASES:
            return low, size + 1
    return None


def _low(value: Value, call: Call) -> int | None:
    """What was taken from a call's answer; None where the value is not made of it."""
    if value is None:
        return None
    if value[0] == "call":
        return 0 if value[1] == call.at else None
    if value[0] == "op" and value[1] in ("+", "-") and value[3] and value[3][0] == "i":
        low, step = _low(value[2], call), value[3][1] & 0xFFFFFFFF
        step -= (step & SIGN) * 2
        return None if low is None else low + (step if value[1] == "-" else -step)
    return None


def alone(where: Followed, chosen: dict[int, int], number: int, again: int) -> int:
    """Bit set of the blocks that only this case leads to, before the number is asked for again."""
    flow, mine, found = where.trace.flow, chosen[number], -1
    for other in {*chosen.values()} - {mine}:
        found &= flow.before(again, mine, other)
    return max(found, 0)


def leads_to(program: Program, where: Followed, blocks: int) -> effect.Effect:
    """The weightiest of what these blocks do, or what numbers that they keep decide later."""
    best = effect.NONE
    if blocks.bit_count() > LARGEST:
        return best
    for call in where.trace.calls:
        if blocks >> call.block & 1:
            best = max(best, effect.of_call(program, where, call), key=_weight)
    if best.weight >= effect.SURE:
        return best
    for stored in where.trace.stored:
        value, place = stored.value, stored.place
        if blocks >> stored.block & 1 and place is not None and place[0] == "a" and _flag(value):
            assert value is not None
            best = max(best, _later(program, int(place[1]), value[1]), key=_weight)
    tested = gate.tests_of(program, where)
    # what the next call loses, whatever it is
    gone = {(REGISTER, r) for r in program.functions.machine.convention.clobbered}
    for kept in where.trace.kept:
        value = kept.value
        if not blocks >> kept.block & 1 or kept.key not in tested or kept.key in gone:
            continue
        if value is not None and _flag(value):
            one = effect.turned(program, where, tested[kept.key], value[1])
            best = max(best, one, key=_weight)
    return best


def _later(program: Program, address: int, number: int) -> effect.Effect:
    """What a number that every function sees leads to, and which check it leaves out."""
    best = effect.opened(program, address, number)
    for start, tests in (program.flags or {}).get(address, ())[:8]:
        where = program.follow(start)
        for test in tests if where and best.weight < LEFT_OUT_WEIGHT else ():
            assert where is not None
            if test.number not in (0, number):
                continue
            set_, unset = (test.equal, test.other) if test.number else (test.other, test.equal)
            missed = where.trace.flow.alone(test.block, unset, set_)
            for call in where.trace.calls:
                name = where.names.get(call.at, "")
                asks = name and capability.kind_of(name) == "authenticates"
                if missed >> call.block & 1 and asks:
                    best = effect.Effect(LEFT_OUT_WEIGHT, LEFT_OUT, name, False, call)
    return best


def _flag(value: Value) -> bool:
    return value is not None and value[0] == "i" and value[1] in gate.FLAGS


def _weight(one: effect.Effect) -> float:
    return one.weight


def case_of(program: Program, where: Followed, call: Call) -> dict[int, effect.Effect]:
    """Each number that a table of jumps tells apart, with what it alone leads to."""
    chosen = cases(program, where, call)
    effects = {b: alone(where, chosen, n, call.block) for n, b in chosen.items()}
    return {n: leads_to(program, where, effects[b]) for n, b in chosen.items() if effects[b]}
