"""Instructions of any machine as a few kinds of step, and what a machine must offer.

Registers are numbers: 0–31 general, from 32 on vector registers. Conditions are words: `eq`,
`ne`, `lt`, `ge`, `gt`, `le` and `other`.

Spec: none; an intermediate form of our own, as small as the questions asked of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

# Kinds of step.
SET, LOAD, STORE, ADDRESS, ARITH, COMPARE, CALL, JUMP, BRANCH, RETURN, FLAG, SYSTEM = range(12)
NOT = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "other": "other"}
VECTOR = 32  # number of the first vector register

# Operands: ("r", register), ("i", number), ("m", base, index, displacement, bytes) where base or
# index may be -1, ("g", address, bytes) for memory at a fixed address.
Operand = tuple[Any, ...]


class Step(NamedTuple):
    """One instruction, as far as it matters here."""

    kind: int
    at: int  # address
    after: int  # address of the next instruction
    into: int = -1  # register that is written
    left: Operand = ()
    right: Operand = ()
    word: str = ""  # condition, or the operation of ARITH
    target: int = -1  # of a call or jump, where it is fixed
    bits: int = 64  # width of a comparison


class References(NamedTuple):
    """What code refers to, found without decoding it: pairs of (address of use, what it names)."""

    calls: Numbers  # n × 2: call, target
    jumps: Numbers  # unconditional jumps
    slots: Numbers  # call or jump through a pointer: site, address of the pointer
    addresses: Numbers  # address taken: site, address
    numbers: Numbers  # site of a comparison with a number that may be rare, the number


class Convention(NamedTuple):
    """How functions are called."""

    arguments: tuple[int, ...]
    result: int
    stack: int
    clobbered: frozenset[int]
    call_number: int  # register that names the system call
    call_arguments: tuple[int, ...]


class Machine(Protocol):
    """What one file a machine offers."""

    name: str
    convention: Convention
    system_calls: dict[int, str]

    def references(self, code: bytes, base: int) -> References:
        """Find what `code`, which lies at `base`, refers to."""
        ...

    def decode(self, code: bytes, base: int) -> list[Step]:
        """Decode from start to end; bytes that are no instruction end it."""
        ...

    def any_begins(self, code: bytes, base: int, sites: set[int]) -> bool:
        """True where an instruction begins at one of these addresses, prefixes left out."""
        ...

    def blotted(self, code: bytes, base: int, low: int, high: int) -> bytes:
        """The code without what depends on where things between `low` and `high` lie."""
        ...

    def loads(self, code: bytes) -> bool:
        """True where the first instruction loads a number that looks like an address."""
        ...

    def stubs(self, code: bytes, base: int) -> dict[int, int]:
        """Address of each stub that jumps through a pointer → address of the pointer."""
        ...

    def call_number(self, code: bytes) -> int:
        """The number of the one system call that a small function makes; -1: none, or several."""
        ...

    def prologues(self, code: bytes, base: int) -> Numbers:
        """Addresses that look like the start of a function."""
        ...
