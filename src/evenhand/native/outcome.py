"""What is returned, and what holds, where an edge of a branch has led to.

Spec: none; over the values of `values`.
"""

from __future__ import annotations

from evenhand.native.code import Convention
from evenhand.native.held import End, State, Trace, Value
from evenhand.native.values import Follower

MOST_BLOCKS = 40  # that are followed again to see what is returned


def results(trace: Trace, convention: Convention, branch: int, edge: int) -> set[Value]:
    """What the function may return once it has taken an edge of a branch."""
    state = trace.after.get(branch)
    if state is None or edge <= 0 or trace.flow.reach[edge].bit_count() > MOST_BLOCKS:
        return {None}
    known = trace.results.get((branch, edge))
    if known is None:
        again = Follower(trace.flow, convention, _nothing)
        again.trace.record = False
        found: set[Value] = set()
        for value in again.run(state, edge).returned.values():
            found |= leaves(value)
        known = trace.results[branch, edge] = found
    return known


def leaves(value: Value) -> set[Value]:
    """What a value is, one way or the other."""
    if value is not None and value[0] == "phi":
        return leaves(value[2]) | leaves(value[3])
    return {value}


def raised(trace: Trace, blocks: int) -> bool:
    """True where one of the blocks makes a number that is zero another one that is returned."""
    for value in trace.returned.values():
        if value is None or value[0] != "phi" or ("i", 0) not in leaves(value):
            continue
        for kept in trace.kept:
            number = kept.value[1] if kept.value is not None and kept.value[0] == "i" else 0
            if kept.key == value[1][1:3] and blocks >> kept.block & 1 and number:
                return True
    return False


def end(trace: Trace, convention: Convention, branch: int, edge: int) -> End:
    """What holds where an edge of a branch has led to, before anything else is decided."""
    state = trace.after.get(branch)
    if state is None or edge < 0:
        return End(State(), [])
    known = trace.ends.get((branch, edge))
    if known is None:
        again = Follower(trace.flow, convention, _nothing)
        again.trace.record = False
        known = End(again.straight(state, edge), again.trace.stored)
        trace.ends[branch, edge] = known
    return known


def _nothing(at: int, size: int) -> bytes:
    return b""
