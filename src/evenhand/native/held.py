"""What registers and the stack may hold, and what was met on the way through a function.

A value is None (not known) or a tuple: ("i", number), ("a", address), ("s", offset from the
stack at entry), ("arg", n), ("call", site, callee), ("load", value, bytes),
("op", word, left, right), ("flag", condition, Compared), ("phi", where, one, other): one of two,
where ways meet; `where` says the block, whether it is a register or on the stack, and which.
Loops are followed once; what changes in one is a "phi" at its head, with what it was before.

Spec: none; constant and copy propagation over the steps of `code`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evenhand.native.code import BRANCH
from evenhand.native.flow import Block, Flow

Value = tuple[Any, ...] | None
DEEPEST = 6  # operations inside operations
MASK = 0xFFFFFFFFFFFFFFFF
NESTED = ("load", "op", "phi")  # values that are made of others
REGISTER, SLOT = 0, 1  # in what a value is kept
Pair = tuple[Value, Value, int]  # two values that are equal, and the width in bits


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


class Kept(NamedTuple):
    """A register or a place on the stack that is given a number, or the outcome of a comparison."""

    block: int
    key: tuple[int, int]  # REGISTER or SLOT, and which
    value: Value


class Gathered(NamedTuple):
    """Two things that are compared with no branch of their own: the outcome is put together."""

    at: int
    block: int
    left: Value
    right: Value


@dataclass
class Trace:
    """What was met on the way through a function."""

    flow: Flow
    calls: list[Call] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    bytes: list[tuple[int, Value]] = field(default_factory=list)  # block, and what a byte was of
    gathered: list[Gathered] = field(default_factory=list)
    returned: dict[int, Value] = field(default_factory=dict)  # block that returns → result
    widths: dict[int, int] = field(default_factory=dict)  # place on the stack → bytes written
    after: dict[int, State] = field(default_factory=dict)  # block that branches → what held then
    results: dict[tuple[int, int], set[Value]] = field(default_factory=dict)  # by branch and edge
    ends: dict[tuple[int, int], End] = field(default_factory=dict)
    paired: list[tuple[Branch, list[Pair], bool]] | None = None  # kept by `comparison`
    answered: dict[int, list[tuple[Branch, Value, bool]]] | None = None  # the same
    record: bool = True
    decodes: bool = False  # an exclusive or of what was loaded with something else
    writes_bytes: bool = False  # a byte is stored that is neither a constant nor an argument


class State:
    """What registers, stack and flags hold at one place."""

    __slots__ = ("flags", "registers", "shared", "stack")

    def __init__(self) -> None:
        self.registers: dict[int, Value] = {}
        self.stack: dict[int, Value] = {}
        self.shared = False  # the stack with a call or another state: copied when written to
        self.flags: Compared | None = None

    def copy(self) -> State:
        new = State()
        new.registers = dict(self.registers)
        new.stack = self.stack
        new.shared = self.shared = True
        new.flags = self.flags
        return new

    def own(self) -> dict[int, Value]:
        """The stack, to be written to."""
        if self.shared:
            self.stack, self.shared = dict(self.stack), False
        return self.stack

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

    def join(self, other: State, block: int) -> None:
        """Keep what both agree on; where they do not, one of the two."""
        self.registers = _met(self.registers, other.registers, block, REGISTER)
        if self.stack is not other.stack:
            self.stack, self.shared = _met(self.stack, other.stack, block, SLOT), False
        if self.flags != other.flags:
            self.flags = None

    def widen(self, block: int, registers: set[int], slots: set[int]) -> None:
        """What changes in a loop is no longer what it was before it."""
        for held, kind, written in (
            (self.registers, REGISTER, registers),
            (self.own() if slots else self.stack, SLOT, slots),
        ):
            for key in written & held.keys():
                held[key] = ("phi", (block, kind, key), _shallow(held[key]), None)


class End(NamedTuple):
    """What holds at the end of a way without branches, and what was stored on it."""

    state: State
    stored: list[Stored]


def _met(
    left: dict[int, Value], right: dict[int, Value], block: int, kind: int
) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for key, one in left.items():
        other = right.get(key)
        if one is other:
            if one is not None:
                found[key] = one
        elif one is None or other is None:
            continue
        elif one == other:
            found[key] = one
        elif one[0] == "phi" and one[1] == (block, kind, key):
            found[key] = one  # a third way
        else:
            found[key] = ("phi", (block, kind, key), _shallow(one), _shallow(other))
    return found


def _shallow(value: Value) -> Value:
    """A value with at most one operation in it, which is soon told."""
    if value is None or value[0] not in NESTED:
        return value
    parts = value[1:2] if value[0] == "load" else value[2:4]
    return None if any(part is not None and part[0] in NESTED for part in parts) else value


def depth(value: Value) -> int:
    """How many operations are inside each other."""
    if value is None:
        return 0
    kind = value[0]
    if kind == "load":
        return 1 + depth(value[1])
    if kind == "op" or kind == "phi":
        left, right = depth(value[2]), depth(value[3])
        return 1 + (left if left > right else right)
    return 0


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
