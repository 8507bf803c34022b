"""A function followed once: what its registers and its stack hold at every step.

Spec: none; constant and copy propagation over the steps of `code`.
"""

from __future__ import annotations

from collections.abc import Callable

from evenhand.native.code import (
    ADDRESS,
    ARITH,
    BRANCH,
    CALL,
    COMPARE,
    FLAG,
    JUMP,
    LOAD,
    RETURN,
    SET,
    STORE,
    SYSTEM,
    Convention,
    Operand,
    Step,
)
from evenhand.native.flow import Flow, members
from evenhand.native.held import (
    DEEPEST,
    MASK,
    REGISTER,
    SLOT,
    Branch,
    Call,
    Compared,
    Gathered,
    Kept,
    State,
    Stored,
    Trace,
    Value,
    combined,
    depth,
    moved,
)

Fixed = Callable[[int, int], bytes]  # address, size → bytes that no program changes, or none
_new = tuple.__new__  # half the time of Call(…), where there are many
COPIES = (SET, LOAD)
NOTHING: dict[int, Value] = {}
MAX_SLOTS = 2000
WHOLE = 8  # bytes that a call is taken to write where it is given an address on the stack


class Follower:
    """Follows one function."""

    def __init__(self, flow: Flow, convention: Convention, fixed: Fixed) -> None:
        self._c = convention
        self._fixed = fixed
        self.trace = Trace(flow)
        self._state = State()

    def run(self, start: State | None = None, first: int = 0) -> Trace:
        """Follow every block once, in an order in which each comes after what leads to it.

        With a state and a block, only what that block leads to.
        """
        flow = self.trace.flow
        blocks, rank, after = flow.blocks, flow.rank, self.trace.after
        if start is None:
            start = State()
            start.registers = {r: ("arg", n) for n, r in enumerate(self._c.arguments)}
            start.registers[self._c.stack] = ("s", 0)
        waiting: dict[int, State] = {first: start.copy()}
        for number in flow.order[rank[first] :] if first else flow.order:
            state = waiting.pop(number, None)
            if state is None:
                if first:
                    if not waiting:
                        break
                    continue
                state = State()
            self._state = state
            if number in flow.loops:
                self._enter(number)
            block = blocks[number]
            self._through(block.steps, number)
            state = self._state
            branches = block.steps[-1][0] == BRANCH
            if branches:
                after[number] = state
                flags = state.flags
                known = flags is not None and flags[1] is not None and flags[1][0] == "call"
            for follower in flow.following[number]:
                if rank[follower] <= rank[number]:
                    continue
                left = state.known_on(block, follower) if branches and known else state
                if follower in waiting:
                    waiting[follower].join(left, follower)
                else:  # what only one block leads to may go on with its state
                    waiting[follower] = left.copy() if left is state and branches else left
        return self.trace

    def _enter(self, head: int) -> None:
        """Forget what the loop that starts here changes."""
        flow, state = self.trace.flow, self._state
        registers: set[int] = set()
        slots: set[int] = set()
        for number in members(flow.loops[head]):
            block = flow.blocks[number]
            if block.writes is None:
                block.writes = self._writes(block.steps)
            registers |= block.writes[0]
            for register, displacement in block.writes[1]:
                base = state.registers.get(register)
                if base is not None and base[0] == "s":
                    slots.add(base[1] + displacement)
        state.widen(head, registers - {self._c.stack}, slots)

    def _writes(self, steps: list[Step]) -> tuple[set[int], set[tuple[int, int]]]:
        """Registers that steps write, and through which and how far on they write to memory."""
        registers = {step[3] for step in steps}
        registers.discard(-1)
        stores = {
            (step[4][1], step[4][3]) for step in steps
            if step[3] < 0 and step[4] and step[4][0] == "m" and step[4][2] < 0 and step[0] != CALL
        }  # fmt: skip
        if any(step[0] == CALL for step in steps):
            registers |= self._c.clobbered
        return registers, stores

    def straight(self, start: State, first: int) -> State:
        """Follow on from a block until a branch, a return or a way back."""
        flow, self._state, block = self.trace.flow, start.copy(), first
        while block >= 0:
            self._through(flow.blocks[block].steps, block)
            following = list(flow.edges(block))
            ahead = len(following) == 1 and flow.rank[following[0]] > flow.rank[block]
            block = following[0] if ahead else -1
        return self._state

    def value(self, operand: Operand) -> Value:
        """What an operand holds now."""
        if not operand:
            return None
        kind = operand[0]
        if kind == "r":
            return self._state.registers.get(operand[1])
        if kind == "i":
            return operand
        place = self._place(operand)
        if place is None:
            return None
        kind = place[0]
        if kind == "s":
            stack = self._state.stack
            return stack[place[1]] if place[1] in stack else ("load", place, operand[-1])
        if kind == "a":
            if 0 < operand[-1] <= 16:
                raw = self._fixed(place[1], operand[-1])
                if raw:
                    return ("i", int.from_bytes(raw, "little"))
        elif depth(place) >= DEEPEST:
            return None
        return ("load", place, operand[-1])

    def _place(self, operand: Operand) -> Value:
        """The address that a memory operand names."""
        if operand[0] == "g":
            return ("a", operand[1])
        _, base, index, displacement, _ = operand
        held = self._state.registers
        if index < 0:
            return moved(held.get(base) if base >= 0 else ("i", 0), displacement)
        value = held.get(base) if base >= 0 else ("i", 0)
        extra = held.get(index)
        if extra is not None and extra[0] == "a" and (value is None or value[0] not in "as"):
            value, extra = extra, value  # which of the two is the array is not told
        if value is None:
            return None
        if extra is None or extra[0] != "i":
            return ("op", "[]", value, extra if depth(extra) < 2 else None)
        return moved(value, displacement + extra[1])

    def _through(self, steps: list[Step], block: int) -> None:
        """Follow the steps of a block; what most of them do is told here, by place in a step."""
        trace, state = self.trace, self._state
        record, registers = trace.record, state.registers
        for step in steps:
            kind = step[0]
            if kind in COPIES:
                into, right = step[3], step[5]
                if not right:
                    registers[into] = None
                    continue
                what = right[0]
                if what == "r":
                    held = registers.get(right[1])
                elif what == "i":
                    held = right
                elif what == "m" and (slot := _slot(registers, right)) is not None:
                    stack = state.stack
                    held = stack[slot] if slot in stack else ("load", ("s", slot), right[4])
                else:
                    held = self.value(right)
                registers[into] = held
                if held is not None:
                    if held[0] == "i":
                        if record:
                            trace.kept.append(_new(Kept, (block, (REGISTER, into), held)))
                    elif kind == LOAD and held[0] == "load" and held[2] == 1:
                        trace.bytes.append((block, held[1]))
            elif kind == BRANCH and not step[4]:
                trace.branches.append(_new(Branch, (step[1], block, step[6], state.flags)))
            elif kind == COMPARE:
                self._compare(step, block)
            elif kind == STORE:
                self._store(step, block)
            elif kind == ADDRESS:
                right = step[5]
                place = ("a", right[1]) if right and right[0] == "g" else self._place(right)
                registers[step[3]] = place
            elif kind == ARITH:
                self._arith(step, block)
            else:
                if kind == CALL:
                    self._call(step, block)
                else:
                    self._ending(step, block)
                registers = state.registers

    def _ending(self, step: Step, block: int) -> None:
        """What a block ends with, and the rarer kinds of step."""
        kind, registers = step.kind, self._state.registers
        if kind == BRANCH:  # compares and branches in one instruction
            flags = Compared("cmp", self.value(step.left), ("i", 0), step.bits)
            self.trace.branches.append(Branch(step.at, block, step.word, flags))
        elif kind == JUMP:
            if self.trace.flow.blocks[block].taken < 0:
                self._call(step, block, tail=True)
        elif kind == FLAG:
            if step.into >= 0:
                told = self._state.flags
                registers[step.into] = ("flag", step.word, told) if told else None
                if told and self.trace.record:
                    now = registers[step.into]
                    self.trace.kept.append(Kept(block, (REGISTER, step.into), now))
            else:
                self._put(step.left, ("flag", step.word, self._state.flags), step, block)
        elif kind == RETURN:
            self.trace.returned[block] = registers.get(self._c.result)
        elif kind == SYSTEM:
            number = registers.get(self._c.call_number)
            given = tuple(registers.get(r) for r in self._c.call_arguments)
            self.trace.calls.append(Call(step.at, block, -1, number, given, {}, system=True))
            registers[self._c.result] = ("call", step.at, "system call")

    def _compare(self, step: Step, block: int) -> None:
        state, (_, at, _, _, one, other, word, _, bits) = self._state, step
        registers = state.registers
        left = registers.get(one[1]) if one and one[0] == "r" else self.value(one)
        right = registers.get(other[1]) if other and other[0] == "r" else self.value(other)
        if word == "cmp":
            state.flags = _new(Compared, (word, left, right, bits))
            if _octet(left, right):
                self.trace.gathered.append(Gathered(at, block, left, right))
        elif word == "lost" or (word == "both" and state.flags is None):
            state.flags = None
        elif word == "both":  # compared only where what was compared before was equal
            pair = Compared("cmp", left, right, bits)
            state.flags = Compared("both", ("flags", state.flags), ("flags", pair), bits)
        else:
            state.flags = _new(Compared, (word, left, right, bits))

    def _store(self, step: Step, block: int) -> None:
        into, given = step[4], step[5]
        if given and given[0] == "r":
            value = self._state.registers.get(given[1])
        else:
            value = self.value(given)
        if into and (value is None or value[0] == "op"):
            array = into[0] == "m" and into[2] >= 0
            if array or into[-1] in (1, 16):
                self.trace.writes_bytes = True
                if value is not None and value[1] in "+-" and _of_table(value):
                    self.trace.decodes = True
        self._put(into, value, step, block)

    def _put(self, operand: Operand, value: Value, step: Step, block: int) -> None:
        if not operand or operand[0] == "r":
            return
        state, trace = self._state, self.trace
        slot = _slot(state.registers, operand) if operand[0] == "m" else None
        if slot is None:
            place = self._place(operand)
            if place is None or place[0] != "s":
                trace.stored.append(_new(Stored, (step[1], block, place, value)))
                return
            slot = place[1]
        if len(state.stack) < MAX_SLOTS:
            if state.shared:
                state.own()
            state.stack[slot] = value
            if trace.record:
                trace.kept.append(_new(Kept, (block, (SLOT, slot), value)))
            trace.widths[slot] = operand[-1]

    def _arith(self, step: Step, block: int) -> None:
        _, at, _, into, one, other, word, _, bits = step
        state, stack = self._state, self._c.stack
        registers = state.registers
        left = registers.get(one[1]) if one and one[0] == "r" else self.value(one)
        right = registers.get(other[1]) if other and other[0] == "r" else self.value(other)
        result = combined(word, left, right)
        if into == stack and left and left[0] == "s" and right and right[0] == "i":
            registers[into] = result
            return
        if word == "^" and left != right:
            self.trace.decodes = True
        if word in "^-" and _octet(left, right):
            self.trace.gathered.append(Gathered(at, block, left, right))
        if into >= 0:
            registers[into] = result
        else:
            self._put(one, result, step, block)
        if bits and into != stack:
            state.flags = _new(Compared, ("test", result, result, bits))

    def _call(self, step: Step, block: int, tail: bool = False) -> None:
        registers = self._state.registers
        given = tuple(map(registers.get, self._c.arguments))
        pointer = self.value(step.left) if step.target < 0 else None
        # the stack is shared until somebody writes to it: a copy for calls that need it
        held = False
        for one in given:
            if one is not None and one[0] == "s":
                held = True
                break
        stack = self._state.stack if held else NOTHING
        self._state.shared = self._state.shared or held
        call = (step.at, block, step.target, pointer, given, stack, False, tail)
        self.trace.calls.append(_new(Call, call))
        clobbered = self._c.clobbered
        registers = self._state.registers = {
            r: v for r, v in registers.items() if r not in clobbered
        }
        for one in given if stack else ():  # what it is given the address of, it may write to
            if one is not None and one[0] == "s":
                for slot in range(one[1], one[1] + WHOLE):
                    if slot in stack:
                        self._state.own().pop(slot, None)
        callee = step.target if step.target >= 0 else pointer
        registers[self._c.result] = ("call", step.at, callee)
        if tail:
            self.trace.returned[block] = registers[self._c.result]


def _slot(registers: dict[int, Value], operand: Operand) -> int | None:
    """The place on the stack that a memory operand names, where it names one directly."""
    _, base, index, displacement, _ = operand
    if index >= 0 or base < 0:
        return None
    held = registers.get(base)
    return held[1] + displacement if held is not None and held[0] == "s" else None


def _of_table(value: Value) -> bool:
    """True for what is worked out of a byte of a table of the program."""
    if value is None or value[0] != "op":
        return False
    for one in value[2:4]:
        if one is not None and one[0] == "load" and one[2] == 1:
            place = one[1]
            if place is not None and place[0] == "op" and place[2] and place[2][0] == "a":
                return True
        if _of_table(one):
            return True
    return False


def _octet(left: Value, right: Value) -> bool:
    """True where one of two values is a byte out of memory, or sixteen fixed ones."""
    if left is None or right is None:
        return False
    while left[0] == "op" and left[2] is not None and right[0] == "i":
        left = left[2]  # compared after something was done to it
    return any(
        (v[0] == "load" and v[2] == 1) or (v[0] == "i" and v[1] > MASK) for v in (left, right)
    )


def follow(flow: Flow, convention: Convention, fixed: Fixed) -> Trace:
    """Follow a function through its blocks."""
    return Follower(flow, convention, fixed).run()
