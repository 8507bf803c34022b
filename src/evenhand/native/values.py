"""What registers and the stack hold, followed through one function.

A value is None (not known) or a tuple: ("i", number), ("a", address), ("s", offset from the
stack at entry), ("arg", n), ("call", site, callee), ("load", value, offset, bytes),
("op", word, left, right), ("flag", condition, Compared). Loops are followed once: what a value
was on the first way round is what is told.

Spec: none; constant and copy propagation over the steps of `code`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evenhand.native.code import (
    ADDRESS,
    ARITH,
    BRANCH,
    CALL,
    COMPARE,
    FLAG,
    JUMP,
    LOAD,
    PICK,
    RETURN,
    SET,
    STORE,
    SYSTEM,
    Convention,
    Operand,
    Step,
)
from evenhand.native.flow import Block, Flow

Value = tuple[Any, ...] | None
DEEPEST = 6  # operations inside operations
MASK = 0xFFFFFFFFFFFFFFFF
MAX_SLOTS = 2000
MOST_BLOCKS = 40  # that are followed again to see what is returned


class Compared(NamedTuple):
    """What the flags were set by."""

    word: str
    left: Value
    right: Value
    bits: int


class Call(NamedTuple):
    """A call with what its arguments hold; `stack` is what the caller had on its stack then."""

    at: int
    block: int
    target: int  # address, -1 where it is not fixed
    pointer: Value  # what it goes through where the target is not fixed
    arguments: tuple[Value, ...]
    stack: dict[int, Value]
    system: bool = False  # a system call; its number is in `pointer`
    tail: bool = False  # a jump to another function


class Branch(NamedTuple):
    """A branch with what decides it."""

    at: int
    block: int
    word: str
    compared: Compared | None


class Stored(NamedTuple):
    """A value written to memory that is not the function's own stack."""

    at: int
    block: int
    place: Value
    value: Value


@dataclass
class Trace:
    """What was met on the way through a function."""

    flow: Flow
    calls: list[Call] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    returned: dict[int, Value] = field(default_factory=dict)  # block that returns → result
    widths: dict[int, int] = field(default_factory=dict)  # place on the stack → bytes written
    after: dict[int, State] = field(default_factory=dict)  # block that branches → what held then
    results: dict[tuple[int, int], set[Value]] = field(default_factory=dict)  # by branch and edge
    decodes: bool = False  # an exclusive or of what was loaded with something else
    writes_bytes: bool = False  # a byte is stored that is neither a constant nor an argument


class State:
    """What registers, stack and flags hold at one place."""

    __slots__ = ("flags", "registers", "stack")

    def __init__(self) -> None:
        self.registers: dict[int, Value] = {}
        self.stack: dict[int, Value] = {}
        self.flags: Compared | None = None

    def copy(self) -> State:
        new = State()
        new.registers = dict(self.registers)
        new.stack = dict(self.stack)
        new.flags = self.flags
        return new

    def known_on(self, block: Block, follower: int) -> State:
        """What holds on one edge of a branch: a result that equals a number is that number."""
        last, flags = block.last, self.flags
        if last.kind != BRANCH or last.left or flags is None or block.taken == block.next:
            return self
        if last.word not in ("eq", "ne") or (last.word == "eq") != (follower == block.taken):
            return self
        number = ("i", 0) if flags.word == "test" and flags.left == flags.right else flags.right
        if flags.left is None or flags.left[0] != "call" or number is None or number[0] != "i":
            return self
        new = self.copy()
        new.registers = {r: number if v == flags.left else v for r, v in new.registers.items()}
        return new

    def join(self, other: State) -> None:
        """Keep what both agree on."""
        self.registers = _agreed(self.registers, other.registers)
        self.stack = _agreed(self.stack, other.stack)
        if self.flags != other.flags:
            self.flags = None


def _agreed(left: dict[int, Value], right: dict[int, Value]) -> dict[int, Value]:
    return {k: v for k, v in left.items() if v is not None and right.get(k) == v}


def depth(value: Value) -> int:
    """How many operations are inside each other."""
    if value is None or value[0] != "op":
        return 1 if value is not None and value[0] == "load" else 0
    return 1 + max(depth(value[2]), depth(value[3]))


class Follower:
    """Follows one function."""

    def __init__(self, flow: Flow, convention: Convention) -> None:
        self._c = convention
        self.trace = Trace(flow)
        self._state = State()

    def run(self, start: State | None = None, first: int = 0) -> Trace:
        """Follow every block once, in an order in which each comes after what leads to it.

        With a state and a block, only what that block leads to.
        """
        flow = self.trace.flow
        if start is None:
            start = State()
            start.registers = {r: ("arg", n) for n, r in enumerate(self._c.arguments)}
            start.registers[self._c.stack] = ("s", 0)
        waiting: dict[int, State] = {first: start.copy()}
        for block in flow.order:
            if first and block not in waiting:
                continue
            self._state = waiting.pop(block) if block in waiting else State()
            for step in flow.blocks[block].steps:
                self._step(step, block)
            if flow.blocks[block].last.kind == BRANCH:
                self.trace.after[block] = self._state
            for follower in flow.edges(block):
                if flow.rank[follower] <= flow.rank[block]:
                    continue
                left = self._state.known_on(flow.blocks[block], follower)
                if follower in waiting:
                    waiting[follower].join(left)
                else:
                    waiting[follower] = left.copy()
        return self.trace

    def value(self, operand: Operand) -> Value:
        """What an operand holds now."""
        if not operand:
            return None
        kind = operand[0]
        if kind == "r":
            return self._state.registers.get(operand[1])
        if kind == "i":
            return ("i", operand[1])
        place = self._place(operand)
        if place is None:
            return None
        if place[0] == "s" and place[1] in self._state.stack:
            return self._state.stack[place[1]]
        if depth(place) >= DEEPEST:
            return None
        return ("load", place, operand[-1])

    def _place(self, operand: Operand) -> Value:
        """The address that a memory operand names."""
        if operand[0] == "g":
            return ("a", operand[1])
        _, base, index, displacement, _ = operand
        value = self._state.registers.get(base) if base >= 0 else ("i", 0)
        if value is None:
            return None
        if index >= 0:
            extra = self._state.registers.get(index)
            if extra is None or extra[0] != "i":
                return ("op", "[]", value, None)
            displacement += extra[1]
        return moved(value, displacement)

    def _step(self, step: Step, block: int) -> None:
        kind, registers = step.kind, self._state.registers
        if kind in (SET, LOAD):
            registers[step.into] = self.value(step.right)
        elif kind == ADDRESS:
            registers[step.into] = self._place(step.right)
        elif kind == STORE:
            self._store(step, block)
        elif kind == ARITH:
            self._arith(step, block)
        elif kind == COMPARE:
            self._compare(step)
        elif kind == CALL:
            self._call(step, block)
        elif kind == BRANCH:
            flags = self._state.flags
            if step.left:  # compares and branches in one instruction
                flags = Compared("cmp", self.value(step.left), ("i", 0), step.bits)
            self.trace.branches.append(Branch(step.at, block, step.word, flags))
        elif kind == JUMP:
            if self.trace.flow.blocks[block].taken < 0:
                self._call(step, block, tail=True)
        elif kind == FLAG:
            if step.into >= 0:
                flags = self._state.flags
                registers[step.into] = ("flag", step.word, flags) if flags else None
            else:
                self._put(step.left, ("flag", step.word, self._state.flags), step, block)
        elif kind == PICK:
            if registers.get(step.into) != self.value(step.right):
                registers[step.into] = None
        elif kind == RETURN:
            self.trace.returned[block] = registers.get(self._c.result)
        elif kind == SYSTEM:
            number = registers.get(self._c.call_number)
            given = tuple(registers.get(r) for r in self._c.call_arguments)
            self.trace.calls.append(Call(step.at, block, -1, number, given, {}, system=True))
            registers[self._c.result] = ("call", step.at, "system call")

    def _compare(self, step: Step) -> None:
        before = self._state.flags
        now = Compared(step.word, self.value(step.left), self.value(step.right), step.bits)
        if step.word == "lost" or (step.word == "both" and before is None):
            self._state.flags = None
        elif step.word == "both":  # compared only where what was compared before was equal
            pair = now._replace(word="cmp")
            self._state.flags = Compared("both", ("flags", before), ("flags", pair), step.bits)
        else:
            self._state.flags = now

    def _store(self, step: Step, block: int) -> None:
        value = self.value(step.right)
        if step.left and step.left[-1] in (1, 16) and (value is None or value[0] == "op"):
            self.trace.writes_bytes = True
        self._put(step.left, value, step, block)

    def _put(self, operand: Operand, value: Value, step: Step, block: int) -> None:
        if not operand or operand[0] == "r":
            return
        place = self._place(operand)
        if place is not None and place[0] == "s":
            if len(self._state.stack) < MAX_SLOTS:
                self._state.stack[place[1]] = value
                self.trace.widths[place[1]] = operand[-1]
        else:
            self.trace.stored.append(Stored(step.at, block, place, value))

    def _arith(self, step: Step, block: int) -> None:
        left, right = self.value(step.left), self.value(step.right)
        result = combined(step.word, left, right)
        if step.word == "^" and left != right:
            self.trace.decodes = True
        if step.into >= 0:
            self._state.registers[step.into] = result
        else:
            self._put(step.left, result, step, block)
        if step.bits and step.into != self._c.stack:
            self._state.flags = Compared("test", result, result, step.bits)

    def _call(self, step: Step, block: int, tail: bool = False) -> None:
        registers = self._state.registers
        given = tuple(registers.get(r) for r in self._c.arguments)
        pointer = self.value(step.left) if step.target < 0 else None
        # the stack is shared until somebody writes to it: a copy for calls that need it
        held = any(v is not None and v[0] == "s" for v in given)
        stack = dict(self._state.stack) if held else {}
        self.trace.calls.append(Call(step.at, block, step.target, pointer, given, stack, tail=tail))
        for register in self._c.clobbered:
            registers.pop(register, None)
        callee = step.target if step.target >= 0 else pointer
        registers[self._c.result] = ("call", step.at, callee)
        if tail:
            self.trace.returned[block] = registers[self._c.result]


def moved(value: Value, by: int) -> Value:
    """A value plus a number."""
    if value is None:
        return None
    if value[0] in ("i", "a", "s"):
        total = value[1] + by
        return (value[0], total & MASK if value[0] != "s" else total)
    if by == 0:
        return value
    if value[0] == "op" and value[1] == "+" and value[3] is not None and value[3][0] == "i":
        return ("op", "+", value[2], ("i", value[3][1] + by))
    return ("op", "+", value, ("i", by)) if depth(value) < DEEPEST else None


def combined(word: str, left: Value, right: Value) -> Value:
    """The result of an operation, as far as it can be told."""
    if word in "+-" and right is not None and right[0] == "i":
        number = right[1] - (1 << 64) if right[1] >= 1 << 63 else right[1]
        return moved(left, number if word == "+" else -number)
    if word == "+" and left is not None and left[0] == "i":
        return moved(right, left[1])
    if word == "k":  # 16 bits are put into a number; where, stands above the 64
        if left is None or right is None or left[0] != "i":
            return None
        shift, part = right[1] >> 64, right[1] & MASK
        return ("i", left[1] & ~(0xFFFF << shift) & MASK | part)
    if left is not None and right is not None and left[0] == right[0] == "i":
        a, b = left[1], right[1]
        if word in "^&|":
            return ("i", {"^": a ^ b, "&": a & b, "|": a | b}[word])
    if word == "|" and (left is None or right is None):
        return None
    if word == "&" and right is not None and right[0] == "i" and right[1] in (0xFF, 0xFFFFFFFF):
        return left
    if depth(left) >= DEEPEST or depth(right) >= DEEPEST:
        return None
    return ("op", word, left, right)


def follow(flow: Flow, convention: Convention) -> Trace:
    """Follow a function through its blocks."""
    return Follower(flow, convention).run()


def results(trace: Trace, convention: Convention, branch: int, edge: int) -> set[Value]:
    """What the function may return once it has taken an edge of a branch."""
    state = trace.after.get(branch)
    if state is None or edge <= 0 or trace.flow.reach[edge].bit_count() > MOST_BLOCKS:
        return {None}
    known = trace.results.get((branch, edge))
    if known is None:
        again = Follower(trace.flow, convention)
        known = trace.results[branch, edge] = set(again.run(state, edge).returned.values())
    return known
