"""A signature, a certificate or a seal that is checked, and the answer to which nobody looks at.

Spec: EVP_DigestVerify(3), RSA_verify(3), crypto_sign(3); over the steps of `code`.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability
from evenhand.native.code import CALL, JUMP, RETURN, SYSTEM, Step
from evenhand.native.finding import Finding
from evenhand.native.flow import Flow
from evenhand.native.held import Call
from evenhand.native.program import Followed, Program

STRENGTH = 0.45  # nobody is sent there for it alone


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Calls whose result is written over on every way on, before anything reads it."""
    if capability.VERIFIES.isdisjoint(where.names.values()):
        return
    result = program.functions.machine.convention.result
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        if (
            name in capability.VERIFIES
            and not call.tail
            and not _read(where.trace.flow, call, result)
        ):
            yield Finding("check without effect", name, STRENGTH, False,
                          f"nothing reads what {name} answers", call.at, where.start)  # fmt: skip


def _read(flow: Flow, call: Call, result: int) -> bool:
    """True where a step after a call may read its result, or a return gives it."""
    steps = flow.blocks[call.block].steps
    place = next((n for n, s in enumerate(steps) if s.at == call.at and s.kind == CALL), -1)
    if place < 0:
        return True
    todo, seen = [(call.block, steps[place + 1 :])], set[int]()
    while todo:
        block, some = todo.pop()
        outcome = _outcome(some, result)
        if outcome:
            return True
        for following in flow.edges(block) if outcome is None else ():
            if following not in seen:
                seen.add(following)
                todo.append((following, flow.blocks[following].steps))
    return False


def _outcome(steps: list[Step], result: int) -> bool | None:
    """True where the result is read, False where it is written over, None where neither."""
    for step in steps:
        for operand in (step.left, step.right):
            if operand and operand[0] in ("r", "m") and result in operand[1:3]:
                return True
        if step.kind == RETURN:
            return step.word == ""  # not where the program stops
        if step.kind in (CALL, SYSTEM) or step.into == result:
            return False
        if step.kind == JUMP and step.target < 0:
            return True  # through a table: where it goes on is not seen
    return None
